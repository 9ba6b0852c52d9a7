"""The key is taken out of everything that people read."""

import json
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk._core.redaction import REDACTED, HiddenBytes, Redactor, without_frames

KEY = "pk_live_abc123"
REDACT = Redactor(KEY)

texts = st.text(max_size=20).flatmap(
    lambda text: st.sampled_from([text, KEY, f"{text}{KEY}{text}", f"Bearer {KEY}"])
)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)


def test_a_text_loses_the_key_wherever_it_is() -> None:
    assert REDACT(f"{KEY}, {KEY}x and pk_live_abc12") == f"{REDACTED}, {REDACTED}x and pk_live_abc12"
    assert REDACT("nothing to hide") == "nothing to hide"


def test_a_key_that_is_too_short_to_be_a_secret_leaves_texts_readable() -> None:
    redact = Redactor("a")
    assert redact("a required field has a bad value") == "a required field has a bad value"
    assert redact("Bearer abc") == "Bearer abc"
    assert redact("Authorization: Bearer a") == f"Authorization: Bearer {REDACTED}"
    assert redact.json({"key": "a", "text": "a text"}) == {"key": REDACTED, "text": "a text"}
    eight = Redactor("12345678")
    assert eight("x12345678x") == f"x{REDACTED}x"


@given(documents)
def test_a_json_document_loses_the_key_at_any_depth(document: object) -> None:
    redacted = REDACT.json(document)
    assert KEY not in json.dumps(redacted)
    if KEY not in json.dumps(document):
        assert redacted == document


def test_the_repr_of_a_redactor_hides_the_key() -> None:
    assert KEY not in repr(REDACT)


def test_hidden_bytes_have_no_readable_repr() -> None:
    hidden = HiddenBytes(b"Bearer pk")
    assert hidden == b"Bearer pk"
    assert bytes(hidden) == b"Bearer pk"
    assert "pk" not in f"{hidden!r} {hidden} {[(b'Authorization', hidden)]}"


def fail_with_locals() -> None:
    headers = f"Bearer {KEY}"
    try:
        int(headers[0])
    except ValueError as error:
        raise RuntimeError("no") from error


def test_an_error_without_frames_keeps_its_causes_but_no_local_variables() -> None:
    with pytest.raises(RuntimeError) as caught:
        fail_with_locals()
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert KEY in shown, "the test would see the key"
    error = without_frames(caught.value)
    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert KEY not in shown
    assert "ValueError: invalid literal" in shown
    assert error is caught.value


def test_errors_that_cause_each_other_are_no_endless_loop() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert without_frames(first) is first
