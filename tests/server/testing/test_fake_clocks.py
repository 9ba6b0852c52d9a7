"""The reference server works while a library has frozen time, runs on, and stops."""

import subprocess
import sys

import pytest

USE = """
import sys, {library}
from datetime import UTC, date, datetime, timedelta
real = datetime, date
{before}
def use(server, client):
    content = client.content.upload(title="A title", content_type="note", raw_content="A short text.")
    client.content.wait_until_analyzed(content.id, timeout=60)
    client.content.generate(content.id)
    output = client.content.wait_until_generated(content.id, timeout=60).items[0]
    later = server.clock.now() + timedelta(hours=1)
    client.content.schedule(content.id, output_id=output.id, scheduled_at=later)
    server.clock.advance(hours=2)
    server.drain(timeout=60)
    assert client.content.outputs(content.id).items[0].status == "published"

with {freeze}:
    from pandocast_server.testing import ReferenceServer
    {server}
    use(server, client)
    earlier = server.clock.now()
    use(server, client)
    assert server.clock.now() > earlier
    {inside}
{outside}
for module in [module for name, module in sys.modules.items() if name.startswith("pandocast_")]:
    values = [value for value in vars(module).values() if isinstance(value, type)]
    dates = {{value for value in values if issubclass(value, date)}}
    assert dates <= set(real), module
"""
START = "from pandocast_server.testing import ReferenceServer\n"
MAKE = "server = ReferenceServer(rate_limit=10_000); client = server.client()"
END = "client.close(); server.stop()"
USE_AND_END = f"use(server, client); {END}"
LIVES = {
    "made before, stopped inside": (START + MAKE, "", END, ""),
    "made before, stopped outside": (START + MAKE, "", "", USE_AND_END),
    "made inside": (START, MAKE, "", USE_AND_END),
    "imported inside": ("", MAKE, END, ""),
}
CLOCKS = {
    "freezegun": 'freezegun.freeze_time("2020-02-03")',
    "freezegun, ticking": 'freezegun.freeze_time("2040-02-03", tick=True)',
    "time_machine": 'time_machine.travel("2020-02-03", tick=False)',
}
CASES = [("freezegun", life) for life in LIVES] + [(clock, "made before, stopped inside") for clock in CLOCKS]


@pytest.mark.parametrize(("clock", "life"), sorted(set(CASES)))
def test_a_server_works_and_stops_beside_a_fake_clock(clock: str, life: str) -> None:
    before, server, inside, outside = LIVES[life]
    program = USE.format(
        library=clock.partition(",")[0],
        freeze=CLOCKS[clock],
        before=before,
        server=server or "pass",
        inside=inside or "pass",
        outside=outside,
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=120)  # noqa: S603


LATE = """
import sys, freezegun
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.request import urlopen
real = datetime, date
from pandocast_server.testing import ReferenceServer

class Feed(BaseHTTPRequestHandler):
    def do_GET(self):
        dated = "<item><title>T</title><pubDate>Tue, 10 Mar 2026 10:00:00 GMT</pubDate></item>"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"<rss><channel>{dated}</channel></rss>".encode())

    def log_message(self, *_):
        pass

site = HTTPServer(("127.0.0.1", 0), Feed)
Thread(target=site.serve_forever, daemon=True).start()
server = ReferenceServer()
late = ("feedparser", "httpcore", "icalendar")
assert not sys.modules.keys() & set(late)
client = server.passband_client()

def use():
    source = client.sources.create(name="N", type="rss", url=f"http://127.0.0.1:{site.server_port}/")
    assert client.sources.test(source.id).items[0].published_at.isoformat() == "2026-03-10T10:00:00+00:00"
    draft = client.drafts.create(text="A text.").drafts[0]
    client.drafts.approve(draft.id)
    client.drafts.schedule(draft.id, scheduled_at=server.clock.now() + timedelta(hours=1))
    assert f"UID:{draft.id}@passband".encode() in urlopen(client.calendar.feed().url).read()

with freezegun.freeze_time("2020-02-03"):
    use()
assert sys.modules.keys() >= set(late)
use()
client.close()
server.stop()
for module in [module for name, module in sys.modules.items() if name.startswith(("pandocast_", *late))]:
    values = [value for value in vars(module).values() if isinstance(value, type)]
    dates = {value for value in values if issubclass(value, date)}
    assert dates <= set(real), module
"""


def test_what_is_imported_at_first_use_keeps_no_fake_clock() -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", LATE], check=True, timeout=120)  # noqa: S603
