"""What happens, day by day, when something goes wrong (floor 3)."""
