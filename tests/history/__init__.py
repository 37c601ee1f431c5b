"""The page of past events: reading, running, judging, writing."""
