"""Counterparties: partners, their contacts, regions and tiers."""
