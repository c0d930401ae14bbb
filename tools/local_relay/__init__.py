"""The whole relay on one machine: AWS stand-ins, the exchange simulator, the handlers unchanged."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# Where Lambda mounts a layer at /opt/python, this machine has its source.
_LAYER = str(PROJECT / "layers" / "order_relay")
if _LAYER not in sys.path:
    sys.path.insert(0, _LAYER)
