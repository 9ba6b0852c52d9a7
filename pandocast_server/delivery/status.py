"""The life of a delivery: pending, sending, succeeded or failed; or skipped. A replay begins it anew."""

PENDING = "pending"
SENDING = "sending"
SUCCEEDED = "succeeded"
FAILED = "failed"
SKIPPED = "skipped"
