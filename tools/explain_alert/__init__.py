"""How a body would be read on a route, step by step, without sending anything."""

from tools.local_relay import PROJECT as PROJECT  # puts the layer's source where the relay's modules are found
