"""The settings of one server process."""

import ipaddress
import os
from collections.abc import Mapping

from attrs import field, frozen, validators
from starlette.config import Config

DEFAULT_DATABASE_URL = "sqlite:///pandocast.db"


def is_loopback(host: str) -> bool:
    """Return whether a host name or address can only be reached from this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@frozen(kw_only=True)
class Settings:
    """The settings of a server.

    Attributes:
        database_url: An SQLAlchemy URL.
        host: The address to listen on.
        port: The port to listen on, 0 for a free one.
        rate_limit: Requests that a key may make in one window.
        rate_window: Length of a window in whole seconds.
        private_targets: Whether webhooks and sources may have loopback and private addresses; None allows
            them while the server itself is bound to loopback.
        generator: The name of the text generator, an entry point of `pandocast_server.generators`.
        seed: Makes identifiers and keys repeatable; for tests only.
    """

    database_url: str = DEFAULT_DATABASE_URL
    host: str = "127.0.0.1"
    port: int = field(default=8000, validator=[validators.ge(0), validators.le(65535)])
    rate_limit: int = field(default=100, validator=validators.ge(1))
    rate_window: int = field(default=60, validator=[validators.instance_of(int), validators.ge(1)])
    private_targets: bool | None = None
    generator: str = "builtin"
    seed: int | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read `PANDOCAST_DATABASE_URL`, `_RATE_LIMIT`, `_RATE_WINDOW`, `_PRIVATE_TARGETS` and `_GENERATOR`.

        Private targets are not allowed by default: nothing says on which address a server of others listens.

        Raises:
            ValueError: One of them cannot be read, or is out of its bounds.
        """
        config = Config(environ=environment, env_prefix="PANDOCAST_")
        return cls(
            database_url=config("DATABASE_URL", default=DEFAULT_DATABASE_URL),
            rate_limit=config("RATE_LIMIT", cast=int, default=100),
            rate_window=config("RATE_WINDOW", cast=int, default=60),
            private_targets=config("PRIVATE_TARGETS", cast=bool, default=False),
            generator=config("GENERATOR", default="builtin"),
        )

    @property
    def allows_private_targets(self) -> bool:
        """Whether outgoing requests may reach loopback and private addresses."""
        return is_loopback(self.host) if self.private_targets is None else self.private_targets
