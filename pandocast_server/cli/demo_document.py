"""What `demo --json` prints: everything that the demo has shown, and the posts in full."""

from attrs import asdict

from pandocast_sdk import Output
from pandocast_server.cli.demo_inbox import Received
from pandocast_server.cli.demo_run import Demonstration
from pandocast_server.generation.platforms import PLATFORMS


def document(shown: Demonstration) -> dict[str, object]:
    """Give a value of JSON; fields of the API keep their names."""
    analysis = shown.analysis
    return {
        "content": shown.content.model_dump(mode="json"),
        "analysis": {
            "language": analysis.language,
            "words": analysis.word_count,
            "reading_seconds": analysis.reading_seconds,
            "key_phrases": analysis.key_phrases,
        },
        "outputs": [_output(output) for output in shown.outputs.items],
        "scheduled": [post.model_dump(mode="json") for post in shown.posts],
        "webhooks": [_webhook(received) for received in shown.received],
        "forgery": {"verified": False, **asdict(shown.forgery)},
        "seconds": round(shown.seconds, 3),
    }


def _output(output: Output) -> dict[str, object]:
    platform = PLATFORMS.get(output.platform_id)
    return {
        **output.model_dump(mode="json"),
        "characters": len(output.content),
        "max_characters": None if platform is None else platform.max_characters,
    }


def _webhook(received: Received) -> dict[str, object]:
    return {
        "verified": True,
        "delivery_id": received.delivery_id,
        **received.event.model_dump(mode="json", exclude_none=True),
    }
