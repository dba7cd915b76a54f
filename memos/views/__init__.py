"""Pages: read by queries, changed by verbs, nothing decided here."""
