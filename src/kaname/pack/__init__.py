"""What people write: schemas, reader, checks (floor 1)."""
