"""`server.platforms`: Settings -> Platforms, and platforms that refuse posts."""

from pandocast_server.pandocast import platforms
from pandocast_server.testing.first_workspace import FirstWorkspace


class Platforms:
    """The platforms of the first workspace; an unknown one is a ValueError."""

    def __init__(self, workspace: FirstWorkspace) -> None:
        self._workspace = workspace

    def connect(self, platform_id: str) -> None:
        """Connect a platform, as all are in a new workspace."""
        with self._workspace.write() as connection:
            platforms.connect(connection, workspace_id=self._workspace.id, platform_id=platform_id)

    def disconnect(self, platform_id: str) -> None:
        """Disconnect a platform: nothing can be scheduled for it, and attempts to publish there fail."""
        with self._workspace.write() as connection:
            platforms.disconnect(connection, workspace_id=self._workspace.id, platform_id=platform_id)

    def fail(self, platform_id: str, *, error: str = "The platform refused the post", times: int = 3) -> None:
        """Let the next attempts to publish on a platform fail.

        Args:
            platform_id: Which platform.
            error: The sentence that `post.failed` will carry.
            times: How many attempts, over all posts; a post is given up after three. 0 lets them succeed.

        Raises:
            ValueError: There is no such platform, `times` is negative or `error` empty.
        """
        with self._workspace.write() as connection:
            platforms.fail(
                connection,
                workspace_id=self._workspace.id,
                platform_id=platform_id,
                times=times,
                error=error,
            )
