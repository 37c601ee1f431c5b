"""Where the nation depends on others: dependence, exposure, stress (floor 4)."""
