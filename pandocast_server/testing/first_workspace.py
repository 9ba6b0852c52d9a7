"""The workspace that a reference server's handles act on."""

from collections.abc import Generator
from contextlib import contextmanager

from attrs import define, field
from sqlalchemy import Connection

from pandocast_server.errors import ApiError
from pandocast_server.runtime import Runtime
from pandocast_server.workspaces import create_workspace


@define
class FirstWorkspace:
    """The first workspace of a server, another one after each reset.

    Attributes:
        runtime: The parts of the server.
        id: Its identifier.
        api_key: Its first key.
        voice_profile_id: Its voice profile.
    """

    runtime: Runtime
    id: str = field(init=False)
    api_key: str = field(init=False, repr=False)
    voice_profile_id: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Make another workspace, and act on that one from now on."""
        created = create_workspace(self.runtime, "first")
        self.id = created.workspace_id
        self.api_key = created.api_key
        self.voice_profile_id = created.voice_profile_id

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Give one snapshot."""
        with _plain_errors(), self.runtime.database.read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Give one transaction; what it leaves to do is begun when it has committed."""
        with _plain_errors(), self.runtime.database.write() as connection:
            yield connection
        self.runtime.announce_work()


@contextmanager
def _plain_errors() -> Generator[None]:
    """Let rules that are written for the API refuse a call in Python's own words.

    Raises:
        LookupError: There is no such thing in the workspace.
        ValueError: The call breaks another rule.
    """
    try:
        yield
    except ApiError as error:
        raise (LookupError if error.status == 404 else ValueError)(error.message) from error
