"""`python -m benchmarks [SUBJECT ...]`: measure, print a table, and, when all is measured, write the page."""

import sys

from benchmarks.page import measured, text, write


def main(subjects: list[str]) -> None:
    sections = []
    for section in measured(subjects, quick=False):
        sections.append(section)
        print(text(section), flush=True)  # noqa: T201 - that is what it is for
    if not subjects:
        write(sections)


if __name__ == "__main__":
    main(sys.argv[1:])
