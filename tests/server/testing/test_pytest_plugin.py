"""The fixtures of the pytest plugin, seen by a test run of their own."""

import pytest

USES = """
import urllib.error
import urllib.request

seen = []


def status(server, key):
    request = urllib.request.Request(server.base_url + "/content", headers={"Authorization": "Bearer " + key})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_leaves_traces(pandocast_server):
    seen.append((pandocast_server, pandocast_server.api_key, pandocast_server.clock.now()))
    pandocast_server.faults.add("GET", "/content", status=503, times=None)
    pandocast_server.clock.advance(days=3)
    pandocast_server.webhooks.add("http://127.0.0.1:9/")
    assert status(pandocast_server, pandocast_server.api_key) == 503
    assert len(pandocast_server.requests) == 1


def test_sees_no_traces(pandocast_server):
    [(server, key, moment)] = seen
    assert pandocast_server is server
    assert pandocast_server.requests == []
    assert list(pandocast_server.webhooks.list()) == []
    assert (pandocast_server.clock.now() - moment).total_seconds() < 3600
    assert pandocast_server.api_key != key
    assert status(pandocast_server, key) == 401
    assert status(pandocast_server, pandocast_server.api_key) == 200


def test_client(pandocast_client, pandocast_server):
    assert pandocast_client.content.list().total == 0
    assert [request.status for request in pandocast_server.requests] == [200]
"""

OVERRIDES = """
import pytest
from pandocast_server.testing import ReferenceServer


@pytest.fixture(scope="session")
def pandocast_session_server():
    with ReferenceServer(rate_limit=7) as server:
        yield server
"""


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the inner run load this plugin only, by its module as in an environment without entry points."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_the_fixtures_give_a_server_as_new_for_each_test(pytester: pytest.Pytester, alone: None) -> None:
    pytester.makepyfile(USES)
    result = pytester.runpytest_subprocess("-p", "pandocast_server.testing.plugin", "-W", "error")
    result.assert_outcomes(passed=3)


def test_the_session_s_server_can_be_made_with_other_options(pytester: pytest.Pytester, alone: None) -> None:
    pytester.makeconftest(OVERRIDES)
    pytester.makepyfile(
        """
        import urllib.request
        def test_limit(pandocast_server):
            url = pandocast_server.base_url + "/openapi.yaml"
            with urllib.request.urlopen(url) as response:
                assert response.headers["X-RateLimit-Limit"] == "7"
        """
    )
    result = pytester.runpytest_subprocess("-p", "pandocast_server.testing.plugin")
    result.assert_outcomes(passed=1)


def test_the_package_registers_the_plugin(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--fixtures")
    result.stdout.fnmatch_lines(["pandocast_server -- *", "pandocast_client -- *"])
