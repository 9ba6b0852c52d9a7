"""The id of a delivery, read from its headers."""

from collections.abc import Mapping
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk.webhooks import Webhook, sign
from pandocast_sdk.webhooks.headers import Headers

SECRET = "whsec_test"
BODY = (
    b'{"event":"content.analyzed","timestamp":"2026-03-28T10:05:00.000Z","data":{"workspace_id":"ws_abc123",'
    b'"content_id":"abc123","title":"Why AI Agents Need Memory"}}'
)
SIGNATURE = sign(BODY, SECRET)
NAME = "X-Pandocast-Signature"
junk = st.one_of(
    st.none(),
    st.integers(),
    st.text(),
    st.text(st.characters(categories=["Cs", "Ll"]), max_size=5),
    st.binary(),
    st.lists(st.text()),
    st.just(object()),
)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Pandocast-Delivery": "dlv_1"},
        [(b"x-pandocast-delivery", b"dlv_1")],
        {"x-pandocast-delivery": ["dlv_1"], NAME: SIGNATURE},
    ],
)
def test_the_delivery_id_is_read_from_any_kind_of_headers(headers: Mapping[str, object]) -> None:
    assert Webhook.delivery_id(headers) == "dlv_1"


@pytest.mark.parametrize(
    "value", ["", " ", "a b", "a\x00", "a\n", "é", "x" * 201, b"\xff", None, ["a", "a"], 5]
)
def test_a_malformed_delivery_id_is_none(value: object) -> None:
    assert Webhook.delivery_id({"X-Pandocast-Delivery": value}) is None


@given(junk)
def test_headers_of_any_kind_of_junk_have_no_delivery_id(headers: object) -> None:
    assert Webhook.delivery_id(cast("Headers", headers)) is None
