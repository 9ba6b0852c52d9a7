"""The rules: what to send, when, how often, and what a response means. Nothing here does I/O."""
