"""Benchmarks: `./dev bench NAME`. Each prints a table and one line of JSON."""
