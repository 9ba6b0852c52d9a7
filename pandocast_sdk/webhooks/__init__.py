"""Webhooks: signatures, typed events, the receiver that combines them, and endpoints for web frameworks.

Each name is loaded when it is first used. `sign` and `verify_signature` need only the standard library; the
others need pydantic. The endpoints are in the modules `asgi`, `wsgi`, `django`, `flask`, `aiohttp` and
`aws_lambda`, none of which loads its framework before `endpoint` is called.
"""

from pandocast_sdk import _exports, _imports

__getattr__, __dir__, __all__ = _imports.lazy_names(__name__, _exports.WEBHOOKS)
