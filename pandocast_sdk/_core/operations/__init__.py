"""The route tables, and for each resource the functions that turn arguments into operations."""
