"""The rate limit: one budget for each key, learned from the response headers."""
