"""保管期限: ``Y``, ``D30``, ``D10``, ``D``n, and the old 长期 and 短期 as found.

永久 is the same in the old and the new rule and becomes ``Y``. 长期 and 短期 name no
number of years and are never converted (domain: 令8号 第6条; DA/T 13-2022).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from node.catalogue.fault import Fault

PERMANENT: Final = "Y"
LONG: Final = "长期"
SHORT: Final = "短期"

_TERM: Final = re.compile(r"(?:定期)?[(]?D?(\d{1,3})年?[)]?")
_WORDS: Final = {
    "Y": PERMANENT,
    "永久": PERMANENT,
    "永久保存": PERMANENT,
    "长期": LONG,
    "长期保存": LONG,
    "C": LONG,
    "短期": SHORT,
    "短期保存": SHORT,
}
_HAN_YEARS: Final = {"三十年": "D30", "十年": "D10", "十五年": "D15", "二十年": "D20"}


def parse_retention(text: str) -> str | Fault:
    """The code that *text* means."""
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    word = _WORDS.get(plain) or _HAN_YEARS.get(plain.removeprefix("定期"))
    if word is not None:
        return word
    term = _TERM.fullmatch(plain)
    if term is not None and int(term[1]) > 0 and not term[1].startswith("0"):
        return f"D{term[1]}"
    return Fault("retention-unknown", text)


def renderings(value: str) -> frozenset[str]:
    """Every usual way to write the code: an original among them lost nothing."""
    if value == PERMANENT:
        return frozenset({"Y", "永久"})
    if value.startswith("D") and value[1:].isdigit():
        years = value[1:]
        return frozenset({value, f"{years}年", f"定期{years}年", f"{years} 年"})
    return frozenset({value})
