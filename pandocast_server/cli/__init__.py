"""The command line: `pandocast-server` (contract section 4, "Commands").

A command's module is imported when the command is called, so that `--help` and completion answer at once.
"""

from pandocast_server.cli.lazy import LazyCommand, LazyGroup

main = LazyGroup(
    "pandocast-server",
    help="A local reference server of the Pandocast and Passband APIs.",
    version_of="pandocast",
    lazy=[
        LazyCommand("demo", "pandocast_server.cli.demo:demo", "Publish an article, or draft from a feed."),
        LazyCommand("serve", "pandocast_server.cli.serve:serve", "Serve both APIs until interrupted."),
        LazyCommand("keys", "pandocast_server.cli.keys:keys", "Create, list and revoke API keys."),
        LazyCommand("webhooks", "pandocast_server.cli.webhooks:webhooks", "Manage endpoints and deliveries."),
        LazyCommand(
            "calendar", "pandocast_server.cli.calendar:calendar", "Manage the calendar feed's address."
        ),
        LazyCommand("trigger", "pandocast_server.cli.trigger:trigger", "Emit any webhook event."),
    ],
)

__all__ = ["main"]
