"""The demo: `article` is its first act and `feed` its second; each can be read from top to bottom."""
