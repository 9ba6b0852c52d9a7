# Generated from pandocast_sdk/_async/__init__.py by tests/support/unasync.py; edit that file.
"""The clients, one module for each API and resource: written in `_sync`, from which `_sync` is generated."""
