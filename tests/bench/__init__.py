"""Benchmarks: `./dev bench NAME`. Each prints a table and one line of JSON."""

import django

# Before a bench imports models.
django.setup()
