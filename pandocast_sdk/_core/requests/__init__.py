"""Building one request and reading its response."""
