"""Where the Passband API is mounted (contract, section 2)."""

PASSBAND_MOUNT = "/passband/v1"
