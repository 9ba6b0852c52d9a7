"""`server.content`: uploads that are to fail."""

from pandocast_server.pandocast.injected_failures import InjectedFailures
from pandocast_server.testing.first_workspace import FirstWorkspace


class Content:
    """What goes on with uploads behind the API."""

    def __init__(self, workspace: FirstWorkspace, failures: InjectedFailures) -> None:
        self._workspace = workspace
        self._failures = failures

    def fail_next(self, kind: str) -> None:
        """Let the first workspace's next analysis or generation fail, so that the upload becomes `failed`.

        Args:
            kind: `analysis` or `generation`.

        Raises:
            ValueError: It is something else.
        """
        self._failures.add(self._workspace.id, kind)
