"""The Pandocast API: one module a resource (contract, section 1)."""

from typing import Final

MOUNT: Final = "/api/v1"
