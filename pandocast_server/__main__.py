"""`pandocast-server`, also as `python -m pandocast_server`."""

import sys


def main() -> None:
    """Run the command line, or say in one line that its extra is missing."""
    try:
        from pandocast_server.cli import main as group  # noqa: PLC0415 - it may not be importable
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("pandocast"):
            raise
        sys.exit(f"pandocast-server needs {error.name!r}: install it with pip install 'pandocast[server]'")
    group(prog_name="pandocast-server")


if __name__ == "__main__":
    main()
