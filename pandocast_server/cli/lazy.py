"""A group of commands whose modules are imported when they are called."""

import importlib
from collections.abc import Sequence

import click
from attrs import frozen


@frozen
class LazyCommand:
    """Where a command is found, and what the list of commands says of it."""

    name: str
    target: str
    summary: str

    def load(self) -> click.Command:
        """Import the command."""
        module, _, attribute = self.target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.target} is not a command")
        return command


class LazyGroup(click.Group):
    """A group that knows names and summaries beforehand, and imports a command when it is called."""

    def __init__(self, name: str, *, help: str, version_of: str, lazy: Sequence[LazyCommand]) -> None:  # noqa: A002 - click's word
        super().__init__(name, help=help)
        self._lazy = {command.name: command for command in lazy}
        click.version_option(package_name=version_of)(self)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        found = self._lazy.get(cmd_name)
        return None if found is None else found.load()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(command.name, command.summary) for command in self._lazy.values()])
