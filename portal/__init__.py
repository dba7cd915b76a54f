"""What outsiders see: partner pages. Owns no models."""
