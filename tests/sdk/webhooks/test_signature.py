"""Signing and verifying: the scheme of the reference, and a verifier that never raises."""

import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import NoReturn, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.node import NODE

import pandocast_sdk.webhooks
from pandocast_sdk.webhooks import sign, verify_signature

SECRET = "whsec_test"
BODY = (
    b'{"event":"content.analyzed","timestamp":"2026-03-28T10:05:00.000Z","data":{"workspace_id":"ws_abc123",'
    b'"content_id":"abc123","title":"Why AI Agents Need Memory"}}'
)
SIGNATURE = "03ec107273fb7098a79882e32b2477c6c3a867ddb5bb562c38f3be0d1727d753"

# The function of the reference's sample receiver, fed with a list of deliveries.
SAMPLE = Path(__file__).parents[2] / "integration" / "reference_sample.js"
NODE_RECEIVER = (
    SAMPLE.read_text("utf-8").partition("// In your request handler:")[0]
    + """
const deliveries = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(deliveries.map(
  ([body, signature, secret]) => verifyWebhook(Buffer.from(body, 'base64'), signature, secret))));
"""
)

secrets = st.text(min_size=1)
junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.text(st.characters(categories=["Cs", "Ll"]), max_size=5),
    st.binary(),
    st.binary().map(bytearray),
    st.binary().map(lambda value: memoryview(value)),  # noqa: PLW0108  # mypy cannot map the class itself
    st.lists(st.one_of(st.text(), st.none(), st.integers(), st.binary())),
    st.dictionaries(st.text(), st.text()),
    st.just(object()),
)
signatures = st.one_of(junk, st.text("0123456789abcdefABCDEF é", min_size=62, max_size=66))


def test_a_published_test_vector() -> None:
    """RFC 4231, test case 2."""
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign(b"what do ya want for nothing?", "Jefe") == expected


def test_the_sample_delivery_of_the_reference() -> None:
    """The expected value comes from `openssl dgst -sha256 -hmac whsec_test`."""
    assert sign(BODY, SECRET) == SIGNATURE
    assert verify_signature(BODY, SIGNATURE, SECRET)


def test_the_receiver_of_the_reference_accepts_our_signatures() -> None:
    bodies = [BODY, b"", b"\x00\xff\xfe", "Über 🎙".encode(), b"x" * 100_000]
    keys = [SECRET, "schlüssel 🔑", "s" * 65]
    deliveries = [(b64encode(body).decode(), sign(body, key), key) for body in bodies for key in keys]
    deliveries.append((b64encode(BODY).decode(), sign(BODY, "another"), SECRET))
    run = subprocess.run(  # noqa: S603  # our own script
        [NODE, "-e", NODE_RECEIVER], input=json.dumps(deliveries), capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout) == [True] * (len(bodies) * len(keys)) + [False]


@given(st.binary(), secrets)
def test_a_signed_body_verifies(body: bytes, secret: str) -> None:
    assert verify_signature(body, sign(body, secret), secret)
    assert verify_signature(cast("bytes", bytearray(body)), sign(body, secret), secret)
    assert verify_signature(cast("bytes", memoryview(body)), sign(body, secret), secret)


@given(st.text(), secrets)
def test_text_is_signed_as_utf8(body: str, secret: str) -> None:
    assert sign(body, secret) == sign(body.encode(), secret)
    assert verify_signature(body, sign(body.encode(), secret), secret)


@given(st.data(), st.binary(min_size=1), secrets)
def test_any_flipped_bit_of_the_body_is_rejected(data: st.DataObject, body: bytes, secret: str) -> None:
    changed = bytearray(body)
    bit = data.draw(st.integers(0, len(body) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8
    assert not verify_signature(bytes(changed), sign(body, secret), secret)


@given(st.data(), st.binary(), secrets)
def test_any_flipped_bit_of_the_signature_is_rejected(data: st.DataObject, body: bytes, secret: str) -> None:
    changed = bytearray(sign(body, secret).encode())
    bit = data.draw(st.integers(0, len(changed) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8
    assert not verify_signature(body, changed.decode("latin-1"), secret)


@given(st.binary(), st.text(min_size=1, max_size=16), st.text(min_size=1, max_size=16))
def test_another_secret_is_rejected(body: bytes, one: str, other: str) -> None:
    # An HMAC pads keys of up to 64 bytes with NUL, so two that differ in that only are one key.
    same = one.rstrip("\0") == other.rstrip("\0")
    assert verify_signature(body, sign(body, one), other) is same


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "",
        SIGNATURE.upper(),
        SIGNATURE + " ",
        " " + SIGNATURE,
        SIGNATURE + "\n",
        "sha256=" + SIGNATURE,
        f"{SIGNATURE}, {SIGNATURE}",
        SIGNATURE[:-1],
        SIGNATURE[:-2],
        SIGNATURE + "0",
        SIGNATURE[:-1] + "é",
        SIGNATURE[:-1] + "\ud800",
        SIGNATURE[:-1] + "\N{FULLWIDTH DIGIT ONE}",
        SIGNATURE.upper().encode(),
        SIGNATURE[:-1].encode() + b"\xe9",
        bytearray(SIGNATURE.encode()),
        int(SIGNATURE, 16),
        [SIGNATURE],
        "0" * 10_000_000,
    ],
    ids=lambda wrong: f"{type(wrong).__name__}-{str(wrong)[-8:]!a}",
)
def test_a_signature_that_differs_in_anything_is_rejected(wrong: object) -> None:
    assert verify_signature(BODY, cast("str | None", wrong), SECRET) is False


@given(junk, signatures, junk)
def test_the_verifier_raises_for_no_argument(body: object, signature: object, secret: object) -> None:
    assert verify_signature(cast("bytes", body), cast("str", signature), cast("str", secret)) is False


@given(st.binary(), secrets, st.lists(junk), st.lists(junk))
def test_one_right_secret_among_any_others_verifies(
    body: bytes, secret: str, before: list[object], after: list[object]
) -> None:
    several = cast("list[str]", [*before, secret, *after])
    assert verify_signature(body, sign(body, secret), several) is True


@pytest.mark.parametrize("empty", ["", [], [""], ["", ""], (), [b""], None, b""])
def test_an_empty_secret_verifies_nothing(empty: object) -> None:
    """Not even a signature made with the empty key."""
    keyless = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"  # HMAC-SHA256("", "")
    assert verify_signature(b"", keyless, cast("str", empty)) is False


@given(st.binary(), secrets, secrets)
def test_secrets_and_signatures_may_be_bytes_and_the_first_of_several_secrets_signs(
    body: bytes, secret: str, other: str
) -> None:
    signature = sign(body, secret)
    assert (
        sign(body, secret.encode())
        == sign(body, [secret, other])
        == sign(body, (secret.encode(),))
        == signature
    )
    given_secrets: list[bytes | list[str | bytes]] = [
        secret.encode(),
        [secret.encode()],
        [other, secret.encode()],
    ]
    for given_secret in given_secrets:
        assert verify_signature(body, signature, given_secret)
        assert verify_signature(body, signature.encode(), given_secret)


def test_signing_without_a_secret_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="at least one secret"):
        sign(BODY, [])


def test_an_empty_secret_beside_others_is_ignored() -> None:
    assert verify_signature(BODY, SIGNATURE, ["", SECRET])
    assert not verify_signature(BODY, sign(BODY, "old"), ["", SECRET])


def test_a_body_that_cannot_be_encoded_is_rejected() -> None:
    class Hostile(str):
        __slots__ = ()

        def encode(self, encoding: str = "utf-8", errors: str = "strict") -> NoReturn:
            raise KeyError(encoding, errors)

    assert verify_signature("\ud800", SIGNATURE, SECRET) is False
    assert verify_signature(Hostile("body"), SIGNATURE, SECRET) is False


@pytest.mark.parametrize("secret", ["", "secret-\ud800"])
def test_signing_with_an_empty_or_malformed_secret_is_a_value_error(secret: str) -> None:
    with pytest.raises(ValueError, match="a webhook secret must") as caught:
        sign(BODY, secret)
    assert "secret-" not in repr(caught.value)
    assert caught.value.__context__ is None  # the error of the encoder would hold the secret


@pytest.mark.parametrize("secret", [None, 5, [None], bytearray(b"x")])
def test_signing_with_a_secret_that_is_neither_text_nor_bytes_is_a_type_error(secret: object) -> None:
    with pytest.raises(TypeError, match="must be text or bytes"):
        sign(BODY, cast("str", secret))


def test_signing_imports_the_standard_library_only() -> None:
    program = (
        "import sys\n"
        "from pandocast_sdk.webhooks import sign, verify_signature\n"
        "assert verify_signature(b'body', sign(b'body', 'secret'), 'secret')\n"
        "heavy = {'httpx', 'httpcore', 'pydantic', 'pydantic_core', 'attr', 'attrs', 'tenacity'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    run = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_every_public_name_is_found_and_listed() -> None:
    for name in pandocast_sdk.webhooks.__all__:
        assert getattr(pandocast_sdk.webhooks, name) is not None
        assert name in dir(pandocast_sdk.webhooks)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'verify'"):
        getattr(pandocast_sdk.webhooks, "verify")  # noqa: B009  # the checkers would refuse the other spelling
