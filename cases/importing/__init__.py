"""Cases from another system's log: read, planned, and written as history or as of now."""
