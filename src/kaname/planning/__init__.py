"""What measures change (floor 5)."""
