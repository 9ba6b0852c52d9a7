"""The WSGI endpoint: how far it reads; and Flask's, which reads as it does."""

import io
from wsgiref.validate import validator

import pytest
from flask import Flask

from pandocast_sdk.webhooks import Webhook, flask, wsgi

WEBHOOK = Webhook("whsec_test")
BODY, HEADERS = WEBHOOK.wrap('{"event": "new.type", "timestamp": "2026-03-28T10:05:00Z", "data": {}}')
LENGTH = str(len(BODY))


def environ(stream: io.BufferedIOBase, **more: object) -> dict[str, object]:
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in HEADERS.items()}
    del headers["HTTP_CONTENT_TYPE"]
    return {
        **headers,
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/hook",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": stream,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_TYPE": "application/json",
        **more,
    }


def status(environ: dict[str, object], *, validate: bool = False) -> str:
    statuses: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
        statuses.append(status)
        return lambda _: None

    application = wsgi.endpoint(WEBHOOK, print, max_body=1000)
    response = (validator(application) if validate else application)(environ, start_response)  # type: ignore[arg-type] # a plain write
    assert b"".join(response) == b""
    if hasattr(response, "close"):
        response.close()
    return statuses[0]


class Waiting(io.BytesIO):
    """A connection that stays open: a read beyond the body would wait for ever."""

    def __init__(self, sent: bytes, *, at_a_time: int = 10) -> None:
        super().__init__(sent)
        self._at_a_time = at_a_time

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size > 0
        assert self.tell() + size <= len(self.getvalue())
        return super().read(min(size, self._at_a_time))


def test_it_reads_no_further_than_the_length() -> None:
    assert status(environ(Waiting(BODY), CONTENT_LENGTH=LENGTH)) == "204 No Content"


def test_it_keeps_to_the_standard() -> None:
    assert status(environ(io.BytesIO(BODY), CONTENT_LENGTH=LENGTH), validate=True) == "204 No Content"


def test_without_a_length_a_request_has_no_body() -> None:
    assert status(environ(Waiting(b""))) == "401 Unauthorized"
    assert status(environ(Waiting(b""), CONTENT_LENGTH="")) == "401 Unauthorized"


def test_chunks_are_read_if_the_server_ends_them() -> None:
    chunked = environ(io.BytesIO(BODY), HTTP_TRANSFER_ENCODING="chunked")
    assert status(chunked) == "411 Length Required"
    assert status({**chunked, "wsgi.input_terminated": True}) == "204 No Content"
    long = environ(io.BytesIO(b"x" * 1001), HTTP_TRANSFER_ENCODING="chunked")
    assert status({**long, "wsgi.input_terminated": True}).startswith("413 ")


@pytest.mark.parametrize(
    ("length", "expected"), [("-1", 400), ("x", 400), ("1e3", 400), ("\xb2", 400), ("9" * 5000, 413)]
)
def test_a_length_that_is_no_number_is_refused(length: str, expected: int) -> None:
    assert status(environ(Waiting(b""), CONTENT_LENGTH=length)).startswith(str(expected))


def test_a_body_that_ends_early_is_refused() -> None:
    assert status(environ(io.BytesIO(BODY[:-1]), CONTENT_LENGTH=LENGTH)) == "401 Unauthorized"


def test_flask_needs_no_methods() -> None:
    app = Flask("app")
    app.add_url_rule("/hook", view_func=flask.endpoint(WEBHOOK, print, max_body=1000))
    client = app.test_client()
    assert client.post("/hook", data=BODY, headers=HEADERS).status_code == 204
    assert client.post("/hook", data=b"x" * 1001, headers=HEADERS).status_code == 413
    for method in ("GET", "HEAD", "OPTIONS", "PUT"):
        refused = client.open("/hook", method=method)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")
    assert client.post("/hook/", data=BODY, headers=HEADERS).status_code == 404


def test_a_body_that_flask_has_read_before_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    app = Flask("app")

    @app.before_request
    def read() -> None:
        from flask import request  # noqa: PLC0415 - the SDK's module has its name here

        request.get_data()

    app.add_url_rule("/hook", view_func=flask.endpoint(WEBHOOK, print))
    with caplog.at_level("INFO", "pandocast_sdk.webhooks"):
        assert app.test_client().post("/hook", data=BODY, headers=HEADERS).status_code == 401
    assert "the body is empty: was it read before?" in caplog.text
