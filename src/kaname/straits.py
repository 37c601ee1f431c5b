"""Straits and canals that the sea-route network can close, by its own names (floor 0)."""

from __future__ import annotations

from typing import Final

NAMES: Final = ("babalmandab", "bosporus", "gibraltar", "malacca", "ormuz", "panama", "suez", "sunda")
"""Routes may also name "bering", "chili" and "south_africa": wide water, which nobody closes. The northern sea routes
are not used at all."""
