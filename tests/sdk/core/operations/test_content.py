"""The operations on content: their routes, and the arguments that they take."""

import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import TextIO, cast

import pytest

from pandocast_sdk._core.operations.content import generate_content, upload_content
from pandocast_sdk._core.operations.pandocast_routes import ROUTES


def test_the_routes_are_those_of_the_reference() -> None:
    assert {(route.method, route.path, route.success) for route in ROUTES.values()} >= {
        ("GET", "/content", 200),
        ("POST", "/content/upload", 201),
        ("POST", "/content/{id}/generate", 202),
        ("GET", "/content/{id}/outputs", 200),
        ("POST", "/content/{id}/schedule", 201),
    }


def body_of(raw_content: str | Path | TextIO) -> object:
    body = upload_content(title="T", content_type="note", raw_content=raw_content).body
    assert body is not None
    return json.loads(body)["raw_content"]


def test_an_upload_reads_a_string_a_path_or_an_open_file(tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_text("Grüße", encoding="utf-8")
    assert body_of("Grüße") == body_of(path) == body_of(StringIO("Grüße")) == "Grüße"
    with path.open(encoding="utf-8") as file:
        assert body_of(file) == "Grüße"


def test_a_byte_order_mark_in_front_of_a_file_is_not_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_text("Grüße\ufeff", encoding="utf-8-sig")
    with path.open(encoding="utf-8") as file:
        assert body_of(file) == body_of(path) == "Grüße\ufeff"


def test_an_upload_that_cannot_be_read_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="utf-8"):
        body_of(path)
    with pytest.raises(ValueError, match="as text"):
        body_of(cast("TextIO", BytesIO(b"text")))
    with pytest.raises(FileNotFoundError):
        body_of(tmp_path / "missing.md")


def test_generating_sends_only_the_arguments_that_are_not_none() -> None:
    operation = generate_content("c", selected_platforms=None, voice_profile_id=None, emphasis_notes=None)
    assert operation.body == b"{}"
    operation = generate_content("c", selected_platforms=("a", "b"), voice_profile_id="v", emphasis_notes="n")
    assert json.loads(operation.body or b"") == {
        "selected_platforms": ["a", "b"],
        "voice_profile_id": "v",
        "emphasis_notes": "n",
    }


def test_one_string_is_rejected_as_a_list_of_platforms() -> None:
    with pytest.raises(ValueError, match="list of platforms"):
        generate_content("c", selected_platforms="twitter_single", voice_profile_id=None, emphasis_notes=None)
