"""The operator's command line: set up, check, send, look, decide, follow."""

import sys
from pathlib import Path

# In a checkout the package is where its layer keeps it; an installed relayctl finds it beside itself.
_LAYER = Path(__file__).resolve().parents[2] / "layers" / "order_relay"
if _LAYER.is_dir() and str(_LAYER) not in sys.path:
    sys.path.insert(0, str(_LAYER))
