"""The route tables, and a module for each resource: arguments in, operation out."""
