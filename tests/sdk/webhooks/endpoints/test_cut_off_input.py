"""A server's input that gives fewer bytes than it says."""

import io

from support.webhook_servers import WEBHOOK
from typing_extensions import Buffer

from pandocast_sdk.webhooks import Delivery
from pandocast_sdk.webhooks.endpoint import Endpoint
from pandocast_sdk.webhooks.wsgi import respond


class CutOff(io.RawIOBase):
    """Says ten bytes and leaves three in the buffer, as werkzeug's server does where a chunk is cut off."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        buffer[0:10] = b"abc"  # type: ignore[index]  # a bytearray shrinks, a memoryview raises
        return 10


def test_no_bytes_beyond_the_end_of_a_buffer_are_read() -> None:
    handled: list[Delivery] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "wsgi.input": CutOff(),
        "wsgi.input_terminated": True,
        "HTTP_X_PANDOCAST_SIGNATURE": WEBHOOK.wrap(b"abc")[1]["X-Pandocast-Signature"],
    }
    assert respond(Endpoint(WEBHOOK, handled.append, 1 << 20, awaits=False), environ) == 400
    assert not handled
