"""Identifiers that nobody guesses, unless they are to be repeatable."""

import re

from pandocast_server.identifiers import Identifiers


def test_they_look_as_the_reference_shows_them() -> None:
    identifiers = Identifiers()
    assert re.fullmatch(r"out_[a-z0-9]{20}", identifiers.new("out"))
    assert re.fullmatch(r"[a-z0-9]{20}", identifiers.new())
    assert re.fullmatch(r"[A-Za-z0-9]{32}", identifiers.secret())


def test_no_two_are_the_same() -> None:
    identifiers = Identifiers()
    assert len({identifiers.new() for _ in range(10_000)}) == 10_000


def test_a_seed_repeats_them() -> None:
    one, other, third = Identifiers(7), Identifiers(7), Identifiers(8)
    names = [one.new("a"), one.secret()]
    assert names == [other.new("a"), other.secret()]
    assert names != [third.new("a"), third.secret()]
