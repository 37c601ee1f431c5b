"""Safeguards: does a case need screening, and is a name on a list (floor 4; knows nothing of the engine)."""
