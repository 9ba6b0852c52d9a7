"""The seam to the HTTP library: nothing outside this package knows it."""
