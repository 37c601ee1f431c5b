"""What the world publishes, one adapter a source (floor 1).

Each adapter reads either the copy embedded in a pack (``read_embedded(folder)``) or the publisher's own file,
and gives a frozen object that carries its ``source``: the id under which :mod:`kaname.data.catalogue` holds
publisher, year, licence and attribution.
"""
