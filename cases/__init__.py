"""The matter and whose turn it is: cases, parties, assignments, clocks, messages, the sweep."""
