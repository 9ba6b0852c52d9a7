"""Run a command beside a reference server, whose addresses and keys are in the command's environment.

    python -m foreign.beside_server node flow.js

The server has a rate limit that no tool meets, a second workspace with a key of its own, and a feed to read.
"""

import os
import subprocess
import sys

from support.feed_host import entry, feed, hosting

from pandocast_server.testing import ReferenceServer


def main(command: list[str]) -> int:
    """Run the command, and return its exit status."""
    with ReferenceServer(rate_limit=10_000_000) as server, hosting(feed=feed(entry(1), entry(2))) as feeds:
        variables = {
            "PANDOCAST_BASE_URL": server.base_url,
            "PASSBAND_BASE_URL": server.passband_url,
            "PANDOCAST_API_KEY": server.api_key,
            "PASSBAND_API_KEY": server.api_key,
            "OTHER_API_KEY": server.create_workspace(name="other"),
            "VOICE_PROFILE_ID": server.voice_profile_id,
            "FEED_URL": feeds.url(),
        }
        return subprocess.run(command, env={**os.environ, **variables}, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
