"""Where the feed of each kind of source is."""

import pytest

from pandocast_server.passband.sources.models import SOURCE_TYPES, TWITTER, feed_url

FEEDS = [
    ("rss", "https://a.example/", "https://a.example/"),
    ("rss", "https://a.example/blog?format=rss", "https://a.example/blog?format=rss"),
    ("reddit", "https://www.reddit.com/r/python", "https://www.reddit.com/r/python/.rss"),
    ("reddit", "https://www.reddit.com/r/python/", "https://www.reddit.com/r/python/.rss"),
    ("reddit", "https://www.reddit.com/r/python/.rss", "https://www.reddit.com/r/python/.rss"),
    ("reddit", "https://www.reddit.com/r/a/top?t=week", "https://www.reddit.com/r/a/top/.rss?t=week"),
    ("reddit", "https://www.reddit.com", "https://www.reddit.com/.rss"),
    ("hackernews", "https://news.ycombinator.com", "https://news.ycombinator.com/rss"),
    ("hackernews", "https://news.ycombinator.com/news?p=2", "https://news.ycombinator.com/rss"),
    ("hackernews", "https://news.ycombinator.com/rss", "https://news.ycombinator.com/rss"),
    ("hackernews", "https://mirror.example/frontpage", "https://mirror.example/frontpage"),
    ("google_news", "https://news.google.com/", "https://news.google.com/rss"),
    ("google_news", "https://news.google.com/home?hl=de", "https://news.google.com/rss?hl=de"),
    ("google_news", "https://news.google.com/topics/C1?hl=en", "https://news.google.com/rss/topics/C1?hl=en"),
    ("google_news", "https://news.google.com/search?q=ai", "https://news.google.com/rss/search?q=ai"),
    ("google_news", "https://news.google.com/rss/search?q=ai", "https://news.google.com/rss/search?q=ai"),
    ("google_news", "https://news.google.com/rss?hl=de", "https://news.google.com/rss?hl=de"),
    ("substack", "https://one.substack.com", "https://one.substack.com/feed"),
    ("substack", "https://one.substack.com/archive?sort=new", "https://one.substack.com/feed"),
    ("substack", "https://one.substack.com/p/a-post", "https://one.substack.com/feed"),
    ("substack", "https://one.substack.com/feed", "https://one.substack.com/feed"),
    ("substack", "https://one.substack.com/feed/", "https://one.substack.com/feed/"),
]


@pytest.mark.parametrize(("source_type", "given", "expected"), FEEDS)
def test_the_feed_of_a_source(source_type: str, given: str, expected: str) -> None:
    assert feed_url(source_type, given) == expected
    assert feed_url(source_type, expected) == expected


@pytest.mark.parametrize("source_type", [one for one in SOURCE_TYPES if one != TWITTER])
@pytest.mark.parametrize(
    "ending", ["/feed.xml", "/a/index.rdf", "/feed", "/atom.xml?x=1", "/blog.rss", "/x/rss/"]
)
def test_what_is_a_feed_already_stays_as_it_is(source_type: str, ending: str) -> None:
    url = f"http://127.0.0.1:8080{ending}"
    assert feed_url(source_type, url) == url
