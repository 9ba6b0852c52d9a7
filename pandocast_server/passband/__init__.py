"""The Passband API: a module or a folder for each resource (contract, section 2)."""

from typing import Final

MOUNT: Final = "/passband/v1"
