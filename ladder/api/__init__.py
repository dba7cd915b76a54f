"""The policy for programs: an admin publishes, staff and auditors read."""
