"""The table of errors.md is the one that decides."""

from support.doc_pages import ROOT

from pandocast_sdk._core.call.retries import RULES

YES_OR_NO = {"yes": True, "no": False}


def test_the_page_shows_the_rules() -> None:
    events = {event.value: event for event in RULES}
    shown = {}
    for line in (ROOT / "docs" / "errors.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] in events:
            acted, read, write = (YES_OR_NO[cell] for cell in cells[1:4])
            shown[events[cells[0]]] = (acted, read, write)
    assert shown == {
        event: (rule.may_have_acted, rule.read_again, rule.write_again) for event, rule in RULES.items()
    }
