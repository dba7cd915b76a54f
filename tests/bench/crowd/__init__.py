"""A database full of cases, for benches: made, filled by COPY, thrown away."""
