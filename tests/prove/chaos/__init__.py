"""Servers and processes that are killed and frozen on purpose, and who judges what is left."""
