"""The options of one server process."""

import ipaddress

from attrs import field, frozen, validators

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

    @property
    def allows_private_targets(self) -> bool:
        """Whether outgoing requests may reach loopback and private addresses."""
        return is_loopback(self.host) if self.private_targets is None else self.private_targets
