"""The five curl lines of the Pandocast reference as they stand, but for the host, the key and the ids."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from pandocast_server.testing import ReferenceServer

LIST = """curl -X GET "https://api.pandocast.ai/api/v1/content?limit=10&offset=0" \\
-H "Authorization: Bearer pk_live_abc123..."
"""
UPLOAD = """curl -X POST "https://api.pandocast.ai/api/v1/content/upload" \\
-H "Authorization: Bearer pk_live_abc123..." \\
-H "Content-Type: application/json" \\
-d '{
"title": "Why AI Agents Need Memory",
"content_type": "blog_post",
"raw_content": "Your content here..."
}'
"""
GENERATE = """curl -X POST "https://api.pandocast.ai/api/v1/content/abc123/generate" \\
-H "Authorization: Bearer pk_live_abc123..." \\
-H "Content-Type: application/json" \\
-d '{
"voice_profile_id": "vp_abc123",
"selected_platforms": ["twitter_single", "linkedin_post"]
}'
"""
OUTPUTS = """curl -X GET "https://api.pandocast.ai/api/v1/content/abc123/outputs" \\
-H "Authorization: Bearer pk_live_abc123..."
"""
SCHEDULE = """curl -X POST "https://api.pandocast.ai/api/v1/content/abc123/schedule" \\
-H "Authorization: Bearer pk_live_abc123..." \\
-H "Content-Type: application/json" \\
-d '{
"output_id": "out_abc123",
"scheduled_at": "2026-03-30T14:00:00Z"
}'
"""


def curl(server: ReferenceServer, line: str, **ids: str) -> Any:
    """Run a line in a shell, as people paste it, and return the JSON that it prints."""
    replaced = {
        "https://api.pandocast.ai/api/v1": server.base_url,
        "pk_live_abc123...": server.api_key,
        "2026-03-30": "2199-03-30",
        **ids,
    }
    for published, ours in replaced.items():
        line = line.replace(published, ours)
    done = subprocess.run(  # noqa: S603 - the published line
        ["/bin/sh", "-c", line], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_the_curl_lines_of_the_reference_work_one_after_the_other(pandocast_server: ReferenceServer) -> None:
    if shutil.which("curl") is None:
        pytest.fail("this test needs curl, which is not installed")
    uploaded = curl(pandocast_server, UPLOAD)
    assert uploaded["status"] == "analyzing"
    pandocast_server.drain()
    ids = {"abc123": uploaded["id"]}
    listed = curl(pandocast_server, LIST)
    assert [(item["id"], item["status"]) for item in listed["items"]] == [(uploaded["id"], "analyzed")]
    profile = {"vp_abc123": pandocast_server.voice_profile_id}
    assert curl(pandocast_server, GENERATE, **profile, **ids)["status"] == "generating"
    pandocast_server.drain()
    outputs = curl(pandocast_server, OUTPUTS, **ids)
    assert outputs["total"] == 2
    scheduled = curl(pandocast_server, SCHEDULE, out_abc123=outputs["items"][0]["id"], **ids)
    assert (scheduled["status"], scheduled["scheduled_at"]) == ("scheduled", "2199-03-30T14:00:00Z")
