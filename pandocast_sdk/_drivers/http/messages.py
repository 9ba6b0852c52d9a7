"""The messages of clients that can no longer send."""

CLOSED = "this client, or the one whose connections it shares, is closed"
FORKED = "http_client was used before this process was forked, and its connections belong to the parent"
