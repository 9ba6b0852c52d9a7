# Generated from pandocast_sdk/_async/experiments.py by tests/support/unasync.py; edit that file.
"""A/B experiments.

Reference: "List experiments", "Create experiment".
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import experiments as operations
from pandocast_sdk._drivers.sync_session import Session


class ExperimentsResource:
    """The operations on experiments; reached as `client.experiments`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, *, status: models.ExperimentStatus | None = None) -> builtins.list[models.Experiment]:
        """Return all experiments, or those in one status.

        Raises:
            BadRequestError: The service does not know the status.
            PandocastError: The request failed.

        Reference: "List experiments".
        """
        return self._session.run(call, operations.list_experiments(status))

    def create(
        self, *, name: str, parameter: str, variants: Iterable[models.Variant | models.VariantDict]
    ) -> models.Experiment:
        """Start an experiment.

        Args:
            name: 1 to 100 characters.
            parameter: What varies.
            variants: 2 to 5. Each has a `name`, a `value` (any JSON value) and optionally a `weight`; members
                unknown here are sent, too.

        Raises:
            ValueError: An argument is out of range; nothing was sent.
            BadRequestError: The service rejects an argument.
            PandocastError: The request failed; if `outcome_unknown` is set, the experiment may have been
                created anyway.

        Reference: "Create experiment".
        """
        return self._session.run(
            call, operations.create_experiment(name=name, parameter=parameter, variants=variants)
        )
