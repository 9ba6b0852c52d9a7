"""Everything that depends on the HTTP library; nothing outside this package does."""
