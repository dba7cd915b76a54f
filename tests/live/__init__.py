"""The real processes of the product, watched from outside."""
