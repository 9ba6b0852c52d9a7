"""`server.outputs`: what a person does with generated outputs."""

from pandocast_server.pandocast import outputs
from pandocast_server.testing.first_workspace import FirstWorkspace


class Outputs:
    """The outputs of the first workspace."""

    def __init__(self, workspace: FirstWorkspace) -> None:
        self._workspace = workspace

    def approve(self, output_id: str) -> None:
        """Approve a draft.

        Raises:
            LookupError: The workspace has no such output.
            ValueError: It is beyond approving: scheduled, published or failed.
        """
        with self._workspace.write() as connection:
            outputs.approve(connection, workspace_id=self._workspace.id, output_id=output_id)
