"""The models of the wire: one module an API area, and all names here, each loaded when it is used.

They require what the references publish and nothing else: unknown fields are kept (`model.model_extra`), and
unknown values of an enumeration are accepted, so that a service that grows breaks nobody.
"""

from pandocast_sdk import _exports, _imports

__getattr__, __dir__, __all__ = _imports.lazy_names(__name__, _exports.MODELS)
