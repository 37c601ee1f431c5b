"""Where others cannot do without the nation (floor 4)."""
