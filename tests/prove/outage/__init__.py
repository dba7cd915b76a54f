"""Thousands of open cases over a weekend on which nothing ran."""
