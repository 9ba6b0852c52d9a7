"""By what a style shows in English prose: what writing prefers and scoring looks for."""

import re
from typing import Final

HEDGE: Final = re.compile(
    r"\b(?:perhaps|maybe|might|probably|somewhat|seems?|tends? to|could|likely)\b", re.IGNORECASE
)
TECHNICAL: Final = re.compile(r"\d|\b[A-Z]{2,}\b|\b\w+[_/]\w+\b|\b[a-z]{11,}\b")
LIVELY: Final = re.compile(r"[!?]|\blike an?\b|\bas \w+ as\b|\bfaster than\b", re.IGNORECASE)
CONTRACTION: Final = re.compile(r"\b\w+(?:n['\u2019]t|['\u2019](?:re|ve|ll|m))\b", re.IGNORECASE)
PERSONAL: Final = re.compile(r"\b(?:you|your|we|our|us|i|my)\b", re.IGNORECASE)
NARRATION: Final = re.compile(r"\b(?:was|were|had|did|used to|I)\b")
REFERENCE: Final = re.compile(
    r"\b(?:above|below|following|previous|aforementioned|for instance|for example|as well|too"
    r"|(?:this|these|those|such) \w+|(?:next|last) (?:section|chapter)|see (?:also|figure|table))\b",
    re.IGNORECASE,
)
"""What points to other sentences."""

PICTOGRAPH: Final = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
