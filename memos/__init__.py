"""What was decided and what it binds: concession, decision, memo, its copies and actions."""
