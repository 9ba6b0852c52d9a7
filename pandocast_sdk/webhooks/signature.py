"""The signature of a webhook delivery: HMAC-SHA256 of the raw body under the endpoint's secret.

Reference: "Signature Verification". Everything here needs only the standard library.
"""

import hmac
from collections.abc import Sequence

__all__ = ["sign", "verify_signature"]

_HEX_DIGITS = 64


def sign(body: bytes | str, secret: str) -> str:
    """Compute what `X-Pandocast-Signature` says of a body: 64 lower-case hexadecimal digits.

    Text is taken as UTF-8, the body as well as the secret.

    Raises:
        ValueError: The secret is empty, or the body or the secret is text that UTF-8 cannot encode.
        TypeError: The body or the secret is of another type.
    """
    key = encode_secret(secret)
    return hmac.digest(key, body.encode() if isinstance(body, str) else body, "sha256").hex()


def verify_signature(body: bytes | str, signature: str | None, secret: str | Sequence[str]) -> bool:
    """Return whether a delivery is genuine, in time that depends on neither the signature nor the secrets.

    Whatever the arguments are, the result is True or False and never an exception: a stranger's request must
    not become an error of the receiver. What cannot be judged is not genuine.

    Args:
        body: The raw request body, as it came. Decoded and encoded again it may be another one.
        signature: The value of `X-Pandocast-Signature`. As in the reference it is compared as text, so
            capitals, spaces or a prefix make it wrong.
        secret: The endpoint's secret, or several while one replaces another: any of them will do. An empty
            secret verifies nothing.
    """
    try:
        if not isinstance(signature, str) or len(signature) != _HEX_DIGITS or not signature.isascii():
            return False  # before anything long is hashed
        message = body.encode() if isinstance(body, str) else body
        if isinstance(secret, str):
            return _is_signed_with(secret, message, signature)
        genuine = False
        for each in secret:  # to the end, so that the time does not show which secret it was
            genuine |= _is_signed_with(each, message, signature)
        return genuine
    except Exception:  # noqa: BLE001  # the promise of this function; a failure to judge is a refusal
        return False


def encode_secret(secret: object) -> bytes:
    """Encode a secret as the key of the HMAC, refusing one that would not protect anything.

    Raises:
        ValueError: The secret is empty, or is text that UTF-8 cannot encode.
        TypeError: The secret is not text.
    """
    if not isinstance(secret, str):
        raise TypeError(f"a webhook secret must be text, not {type(secret).__name__}")
    if not secret:
        raise ValueError("a webhook secret must not be empty")
    try:
        return secret.encode()
    except UnicodeEncodeError:
        pass  # that error holds the secret: it must not become the context of the next
    raise ValueError("a webhook secret must be text that UTF-8 can encode")


def _is_signed_with(secret: object, message: bytes, signature: str) -> bool:
    try:
        key = encode_secret(secret)
    except (TypeError, ValueError):
        return False  # one useless secret does not spoil the others
    return hmac.compare_digest(hmac.digest(key, message, "sha256").hex(), signature)
