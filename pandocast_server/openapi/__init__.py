"""The descriptions of the APIs, packaged with the server that answers as they say."""

from functools import cache
from importlib.resources import files


@cache
def document(name: str = "pandocast") -> bytes:
    """Return the OpenAPI description of an API as it is packaged: YAML in UTF-8.

    Raises:
        FileNotFoundError: no description of that name is packaged.
    """
    return files(__name__).joinpath(f"{name}.yaml").read_bytes()
