"""`server.experiments`: what ends an experiment."""

from pandocast_server.passband.experiments.routes import conclude
from pandocast_server.testing.first_workspace import FirstWorkspace


class Experiments:
    """The experiments of the first workspace."""

    def __init__(self, workspace: FirstWorkspace) -> None:
        self._workspace = workspace

    def conclude(self, experiment_id: str, *, winner: str) -> None:
        """End an active experiment, which emits `ab_test.completed`.

        The event's `winner_output_id` is the winner's value where that is a string, and its name otherwise.

        Args:
            experiment_id: The experiment.
            winner: The name of one of its variants.

        Raises:
            LookupError: The workspace has no such experiment.
            ValueError: It has no such variant, or is not active.
        """
        with self._workspace.write() as connection:
            conclude(
                connection,
                self._workspace.runtime,
                workspace_id=self._workspace.id,
                experiment_id=experiment_id,
                winner=winner,
            )
