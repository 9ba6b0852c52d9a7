"""New identifiers, keys and secrets; repeatable when a seed is given."""

import random
import string
from threading import Lock

_ALPHABET = string.ascii_lowercase + string.digits
_SECRET_ALPHABET = string.ascii_letters + string.digits


class Identifiers:
    """A source of unguessable names, or, with a seed, of the same names in every run."""

    def __init__(self, seed: int | None = None) -> None:
        # A seeded server is a test server: its keys are as guessable as its seed, and said to be.
        self._random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311
        self._lock = Lock()

    def new(self, prefix: str = "") -> str:
        """Return an identifier such as `out_k3v9...`; uploads have no prefix, just the letters."""
        letters = self._letters(_ALPHABET, 20)
        return f"{prefix}_{letters}" if prefix else letters

    def secret(self, length: int = 32) -> str:
        """Return letters and digits that nobody can guess: 32 of them hold 190 bits."""
        return self._letters(_SECRET_ALPHABET, length)

    def _letters(self, alphabet: str, length: int) -> str:
        with self._lock:
            return "".join(self._random.choices(alphabet, k=length))
