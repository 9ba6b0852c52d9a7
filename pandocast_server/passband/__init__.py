"""The Passband API: one folder a resource (contract, section 2)."""

from typing import Final

MOUNT: Final = "/passband/v1"
