"""Register, yearly cycle, report (floor 6)."""
