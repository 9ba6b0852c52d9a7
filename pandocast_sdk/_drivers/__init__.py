"""What does the things a plan decides: a driver that blocks, one that awaits, and the way to the wire."""
