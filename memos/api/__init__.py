"""What was decided, for programs: through the same actions and access as the pages."""
