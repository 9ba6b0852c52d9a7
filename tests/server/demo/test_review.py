"""What the review decides; that it comes about is seen in the whole act."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk.models.drafts import Draft
from pandocast_server.demo.review import chosen

NOW = datetime(2026, 3, 28, 10, tzinfo=UTC)


def draft(name: str, item: str | None, confidence: float | None) -> Draft:
    return Draft(
        id=name,
        text="Text.",
        format="SHORT",
        status="pending_review",
        created_at=NOW,
        updated_at=NOW,
        item_id=item,
        confidence=confidence,
    )


def test_the_best_of_each_item_is_chosen_and_the_edited_one_in_any_case() -> None:
    a, b = draft("a", "1", 0.5), draft("b", "1", 0.6)
    c, d, e = draft("c", "2", 0.9), draft("d", "2", None), draft("e", "2", 0.95)
    assert chosen([a, b, c, d, e], d) == [b, d]
    assert chosen([a, b, c, d, e], c) == [b, c]
    assert chosen([a, b, c, d, e], e) == [b, e]


def test_of_two_that_are_as_good_the_first_is_chosen() -> None:
    a, b, edited = draft("a", "1", 0.5), draft("b", "1", 0.5), draft("c", "2", 0.1)
    assert chosen([a, b, edited], edited) == [a, edited]


@given(st.lists(st.tuples(st.sampled_from("123"), st.none() | st.floats(0, 1)), min_size=1), st.data())
def test_there_is_one_of_each_item(rows: list[tuple[str, float | None]], data: st.DataObject) -> None:
    drafts = [draft(str(number), item, confidence) for number, (item, confidence) in enumerate(rows)]
    edited = data.draw(st.sampled_from(drafts))
    found = chosen(drafts, edited)
    assert edited in found
    assert sorted(str(one.item_id) for one in found) == sorted({item for item, _ in rows})
    for one in found:
        rivals = [rival.confidence or 0 for rival in drafts if rival.item_id == one.item_id]
        assert one == edited or (one.confidence or 0) == max(rivals)
