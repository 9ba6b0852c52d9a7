"""The signature of a webhook delivery: HMAC-SHA256 of the raw body under the endpoint's secret.

Reference: "Signature Verification". This module needs only the standard library.
"""

import hmac
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["sign", "verify_signature"]

# Without `TypeAlias`, since whoever verifies only need not load `typing`.
Secrets = str | bytes | Sequence[str | bytes]
"""The secret of an endpoint, or several while one replaces another, the newest first."""

_HEX_DIGITS = 64


def sign(body: bytes | str, secret: Secrets) -> str:
    """Return the signature of a body, as in `X-Pandocast-Signature`: 64 lower-case hexadecimal digits.

    Strings are encoded as UTF-8, the body and the secret alike.

    Args:
        body: The raw body.
        secret: The endpoint's secret. Of several, the first signs.

    Raises:
        ValueError: There is no secret, it is empty, or UTF-8 cannot encode the body or the secret.
        TypeError: The body or the secret has another type.
    """
    key = encode_secret(several(secret)[0])
    return hmac.digest(key, body.encode() if isinstance(body, str) else body, "sha256").hex()


def verify_signature(body: bytes | str, signature: str | bytes | None, secret: Secrets) -> bool:
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
        message = body.encode() if isinstance(body, str) else body
        if isinstance(secret, str):
            return secret != "" and is_signed(message, signature, (secret.encode(),))
        return is_signed(message, signature, _valid_keys(secret))
    except Exception:  # noqa: BLE001  # as documented: invalid arguments return False
        return False


def is_signed(message: bytes, signature: object, keys: Iterable[bytes]) -> bool:
    """Return whether a message has been signed with one of the keys, each of which has to be valid."""
    if isinstance(signature, bytes):
        signature = signature.decode("latin-1")
    if not isinstance(signature, str) or len(signature) != _HEX_DIGITS or not signature.isascii():
        return False  # before hashing a long body
    genuine = False
    for key in keys:  # all of them, so that the time does not reveal which one matched
        genuine |= hmac.compare_digest(hmac.digest(key, message, "sha256").hex(), signature)
    return genuine


def encode_secret(secret: object) -> bytes:
    """Return a secret as the key of the HMAC.

    Raises:
        ValueError: The secret is empty, which would protect nothing, or UTF-8 cannot encode it.
        TypeError: The secret is neither text nor bytes.
    """
    if not isinstance(secret, (str, bytes)):
        raise TypeError(f"a webhook secret must be text or bytes, not {type(secret).__name__}")
    if not secret:
        raise ValueError("a webhook secret must not be empty")
    if isinstance(secret, bytes):
        return secret
    try:
        return secret.encode()
    except UnicodeEncodeError:
        pass  # this error contains the secret: it must not become the context of the next one
    raise ValueError("a webhook secret must be text that UTF-8 can encode")


def several(secrets: Secrets) -> Sequence[object]:
    """Return one secret, or some, as a sequence; whether they are secrets is not looked at.

    Raises:
        ValueError: There is none.
    """
    if isinstance(secrets, (str, bytes)) or not hasattr(secrets, "__iter__"):
        return (secrets,)
    found = tuple(secrets)
    if not found:
        raise ValueError("a webhook needs at least one secret")
    return found


def _valid_keys(secrets: Secrets) -> Iterator[bytes]:
    for each in several(secrets):
        try:
            yield encode_secret(each)
        except (TypeError, ValueError):
            continue  # one invalid secret must not affect the others
