"""Searches and waits, made of repeated reads: the services have no call for them."""
