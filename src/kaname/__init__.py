"""Kaname (要)."""
