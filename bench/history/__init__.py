"""History as the judge: events as data, run through the engines, set beside what was published (``make history``)."""
