"""Tools that run beside the relay and never inside it."""
