"""The benchmarks run, and the page has what they measure; what it costs is no test's business."""

import re

import pytest
from benchmarks.frame import Row, duration
from benchmarks.page import PAGE, SUBJECTS, Section, measured, text


def without_sizes(text: str) -> str:
    """Leave out the numbers: a quick run measures less of the same."""
    return re.sub(r"\d[\d_, ]*", "#", text)


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_benchmark_runs_and_the_page_has_its_rows(subject: str) -> None:
    (section,) = measured([subject], quick=True)
    assert section.rows
    assert all(row.value >= 0 for row in section.rows)
    page = PAGE.read_text(encoding="utf-8")
    assert f"## {subject.capitalize()}\n" in page
    for row in section.rows:
        assert without_sizes(row.name) in without_sizes(page), "run nox -s bench"


def test_an_unknown_subject_is_refused() -> None:
    with pytest.raises(ValueError, match=f"no such benchmarks: weather; there are {SUBJECTS[0]}"):
        list(measured(["weather"], quick=True))


def test_a_row_that_misses_its_target_says_so() -> None:
    rows = (
        Row("slow", 1.5, 1.2),
        Row("fast", 0.5, 0.8),
        Row("none lost", 0, 0, unit="calls"),
        Row("free", 9.0, None),
    )
    lines = text(Section("things", "Words.", rows)).splitlines()
    assert ["missed" in line for line in lines if line.endswith(("slow", "fast", "lost", "free"))] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(2.5, "2.5 s"), (0.0421, "42.1 ms"), (3e-6, "3 us"), (0.0, "0 us"), (4e-7, "0.4 us")],
)
def test_a_duration_has_three_digits(seconds: float, words: str) -> None:
    assert duration(seconds) == words
