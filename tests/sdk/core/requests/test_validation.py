"""Arguments that are certain to be refused are rejected before anything is sent."""

import pytest

from pandocast_sdk._core.lookups.content import CONTENT
from pandocast_sdk._core.operations.content import list_content
from pandocast_sdk._core.paging.positions import offset_start
from pandocast_sdk._core.requests.validation import optional_at_least


def test_lower_bounds_are_checked_and_upper_bounds_are_the_servers() -> None:
    assert list_content(1, 0).query == "limit=1&offset=0"
    assert list_content(10**9, 10**30).query == f"limit={10**9}&offset={10**30}"
    with pytest.raises(ValueError, match="limit must be 1 or more, not 0"):
        offset_start(CONTENT, limit=0, offset=None, position=None)
    with pytest.raises(ValueError, match="offset must be 0 or more, not -1"):
        offset_start(CONTENT, limit=1, offset=-1, position=None)
    assert optional_at_least("limit", None, 1) is None
