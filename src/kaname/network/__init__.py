"""The nation and the world as one network (floor 2)."""
