"""The retry table of errors.md is the one that the SDK decides by."""

from support.doc_pages import ROOT

from pandocast_sdk._core.call.failure_table import FAILURES

YES_OR_NO = {"yes": True, "no": False}


def test_the_documented_retry_table_is_the_failure_table() -> None:
    sentences = {row.sentence for row in FAILURES.values()}
    documented = []
    for line in (ROOT / "docs" / "errors.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] in sentences:
            documented.append((cells[0], *(YES_OR_NO[cell] for cell in cells[1:4])))
    assert documented == [
        (row.sentence, row.may_have_acted, row.read_retried, row.write_retried) for row in FAILURES.values()
    ]
