"""order-relay: one trading alert becomes exactly one exchange order, or a visible refusal."""
