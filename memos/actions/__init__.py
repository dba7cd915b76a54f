"""The verbs. One verb is one transaction, one event, and its notices."""
