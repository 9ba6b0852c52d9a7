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


def test_a_text_loses_the_key_wherever_it_stands() -> None:
    assert REDACT(f"{KEY}, {KEY}x and pk_live_abc12") == f"{REDACTED}, {REDACTED}x and pk_live_abc12"
    assert REDACT("nothing to hide") == "nothing to hide"


@given(documents)
def test_a_document_loses_it_at_any_depth(document: object) -> None:
    told = REDACT.json(document)
    assert KEY not in json.dumps(told)
    if KEY not in json.dumps(document):
        assert told == document


def test_a_redactor_does_not_show_what_it_hides() -> None:
    assert KEY not in repr(REDACT)


def test_hidden_bytes_are_bytes_that_are_not_shown() -> None:
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


def test_an_error_without_frames_keeps_its_causes_and_shows_no_locals() -> None:
    with pytest.raises(RuntimeError) as caught:
        fail_with_locals()
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert KEY in shown, "the test would see the key"
    error = without_frames(caught.value)
    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert KEY not in shown
    assert "ValueError: invalid literal" in shown
    assert error is caught.value


def test_errors_that_are_each_others_cause_are_no_endless_story() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert without_frames(first) is first
