"""Fuzz the server by a document with schemathesis, with every check, and two keys for authorization.

python -m foreign.beside_server python -m foreign.by_schemathesis schemathesis pandocast pandocast.yaml
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from foreign.through_prism import ADDRESSES

_CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
_HOOKS = {
    "PYTHONPATH": str(Path(__file__).parent.parent),
    "SCHEMATHESIS_HOOKS": "foreign.schemathesis_hooks",
}


def main(schemathesis: str, api: str, document: str, *options: str) -> int:
    """Run schemathesis, and return its exit status."""
    keys = {"first": os.environ["PANDOCAST_API_KEY"], "other": os.environ["OTHER_API_KEY"]}
    entries = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {key}"}]}
        for name, key in keys.items()
    ]
    with TemporaryDirectory() as folder:
        peers = Path(folder, "peers.json")
        peers.write_text(json.dumps({"auth": entries}), encoding="utf-8")
        command = [schemathesis, "--config-file", str(_CONFIGURATION), "run", document]
        command += ["--url", os.environ[ADDRESSES[api]], "--no-color", *options]
        environment = {**os.environ, **_HOOKS, "PEERS": str(peers)}
        return subprocess.run(command, env=environment, cwd=folder, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
