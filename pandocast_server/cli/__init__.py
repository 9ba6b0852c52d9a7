"""The command line: `pandocast-server` (contract section 4, "Commands").

A command's module is imported when the command is called, so that `--help` and completion answer at once.
"""

from importlib import import_module
from typing import cast

import click

_SUMMARIES = {
    "demo": "Publish an article, or draft from a feed.",
    "serve": "Serve both APIs until interrupted.",
    "keys": "Create, list and revoke API keys.",
    "webhooks": "Manage endpoints and deliveries.",
    "calendar": "Manage the calendar feed's address.",
    "trigger": "Emit any webhook event.",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_SUMMARIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _SUMMARIES:
            return None
        return cast("click.Command", getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUMMARIES.items()))


@click.group("pandocast-server", cls=_LazyGroup)
@click.version_option(package_name="pandocast")
def main() -> None:
    """A local reference server of the Pandocast and Passband APIs."""
