import pytest
from attrs.exceptions import FrozenInstanceError

from pandocast_server.generation.platforms import PART_SEPARATOR, PLATFORMS, Platform


def test_published_platforms_are_as_published() -> None:
    assert [
        (p.format_name, p.max_characters)
        for p in map(PLATFORMS.get, ("twitter_single", "linkedin_post"))
        if p
    ] == [
        ("Twitter / X Post", 280),
        ("LinkedIn Post", 3000),
    ]


def test_the_table_is_keyed_by_id_and_cannot_be_changed() -> None:
    assert all(key == platform.id for key, platform in PLATFORMS.items())
    with pytest.raises(TypeError):
        PLATFORMS["myspace"] = PLATFORMS["newsletter"]  # type: ignore[index]  # that is the point
    with pytest.raises(FrozenInstanceError):
        PLATFORMS["newsletter"].max_characters = 1  # type: ignore[misc]  # that is the point


def test_ids_and_names_are_unique() -> None:
    assert len({platform.format_name for platform in PLATFORMS.values()}) == len(PLATFORMS) >= 8


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=lambda platform: platform.id)
def test_the_limit_covers_every_part_and_the_blank_lines_between(platform: Platform) -> None:
    parts = platform.max_parts * platform.max_part_characters
    assert platform.max_characters == parts + (platform.max_parts - 1) * len(PART_SEPARATOR)


def test_platforms_of_one_shape_open_in_turn() -> None:
    turns = [platform.turn for platform in PLATFORMS.values() if platform.shape == "single"]
    assert len(set(turns)) == len(turns)
