"""The signature of a webhook delivery: HMAC-SHA256 of the raw body under the endpoint's secret.

Reference: "Signature Verification". This module needs only the standard library.
"""

import hmac
from collections.abc import Sequence

__all__ = ["sign", "verify_signature"]

_HEX_DIGITS = 64


def sign(body: bytes | str, secret: str) -> str:
    """Return the signature of a body, as in `X-Pandocast-Signature`: 64 lower-case hexadecimal digits.

    Strings are encoded as UTF-8, the body and the secret alike.

    Raises:
        ValueError: The secret is empty, or UTF-8 cannot encode the body or the secret.
        TypeError: The body or the secret has another type.
    """
    key = encode_secret(secret)
    return hmac.digest(key, body.encode() if isinstance(body, str) else body, "sha256").hex()


def verify_signature(body: bytes | str, signature: str | None, secret: str | Sequence[str]) -> bool:
    """Return whether a delivery is genuine, in a time that depends on neither the signature nor the secrets.

    Invalid arguments return False and raise nothing: a stranger's request must not become an error of the
    receiver.

    Args:
        body: The raw request body, as received; JSON that was decoded and encoded again may differ.
        signature: The value of `X-Pandocast-Signature`. It is compared as a string, as in the reference:
            capitals, spaces or a prefix make it wrong.
        secret: The endpoint's secret, or several while one replaces another: any of them is accepted. An
            empty secret verifies nothing.
    """
    try:
        if not isinstance(signature, str) or len(signature) != _HEX_DIGITS or not signature.isascii():
            return False  # before hashing a long body
        message = body.encode() if isinstance(body, str) else body
        if isinstance(secret, str):
            return _is_signed_with(secret, message, signature)
        genuine = False
        for each in secret:  # all of them, so that the time does not reveal which one matched
            genuine |= _is_signed_with(each, message, signature)
        return genuine
    except Exception:  # noqa: BLE001  # as documented: invalid arguments return False
        return False


def encode_secret(secret: object) -> bytes:
    """Return a secret as the key of the HMAC.

    Raises:
        ValueError: The secret is empty, which would protect nothing, or UTF-8 cannot encode it.
        TypeError: The secret is not a string.
    """
    if not isinstance(secret, str):
        raise TypeError(f"a webhook secret must be text, not {type(secret).__name__}")
    if not secret:
        raise ValueError("a webhook secret must not be empty")
    try:
        return secret.encode()
    except UnicodeEncodeError:
        pass  # this error contains the secret: it must not become the context of the next one
    raise ValueError("a webhook secret must be text that UTF-8 can encode")


def _is_signed_with(secret: object, message: bytes, signature: str) -> bool:
    try:
        key = encode_secret(secret)
    except (TypeError, ValueError):
        return False  # one invalid secret must not affect the others
    return hmac.compare_digest(hmac.digest(key, message, "sha256").hex(), signature)
