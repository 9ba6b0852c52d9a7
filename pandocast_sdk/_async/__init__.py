"""The clients, one module for each API and resource: written in `_async`, from which `_sync` is generated."""
