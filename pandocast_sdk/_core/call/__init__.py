"""The life of one call: its plan, its retries, its failures."""
