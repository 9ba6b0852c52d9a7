"""The models of the wire: one module an API area.

They require what the references publish and nothing else: unknown fields are kept (`model.model_extra`), and
unknown values of an enumeration are accepted, so that a service that grows breaks nobody.
"""
