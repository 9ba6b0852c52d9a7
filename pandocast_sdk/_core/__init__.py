"""The rules: what to send, when, how often, and what an answer means. Nothing here does I/O."""
