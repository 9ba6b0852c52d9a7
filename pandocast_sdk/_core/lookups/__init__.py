"""Searches and waits: what the services answer only to whoever reads a list."""
