"""Transactions that tell people of something while everything that delivers is killed."""
