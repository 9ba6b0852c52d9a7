"""The demo: `article` is its first act and `feed` its second; each tells itself from top to bottom."""
