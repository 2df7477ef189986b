"""档号: a rule takes a code apart and puts it together again.

DA/T 22-2015 and DA/T 13-2022 disagree about separators and widths, and rooms hold
older codes too; so a code belongs to a *rule*, and a fonds may use several. Under its
own rule ``render(parse(x)) == x``. Codes are compared and sorted by components.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.catalogue.fault import Fault

_DASHES: Final = str.maketrans(dict.fromkeys("－–—―‐‑‒−﹣", "-"))
_DOTS: Final = re.compile(r"\s*[·•・‧∙⋅．.｡。●･]\s*")
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Code:
    """A code taken apart by one rule."""

    rule: str
    """Name of the rule, e.g. ``dat22``."""
    fonds: str
    category: str | None = None
    series: tuple[str, ...] = ()
    """Components of the class above the year that the rule has no name for."""
    catalogue: str | None = None
    """目录号 of a legacy code."""
    year: str | None = None
    retention: str | None = None
    org: str | None = None
    volume: str | None = None
    item: str | None = None
    page: str | None = None

    @property
    def sort_key(self) -> tuple[tuple[int, int, str], ...]:
        """Natural order: numbers as numbers, component by component."""
        parts = [
            self.fonds,
            self.category,
            *self.series,
            self.catalogue,
            self.year,
            self.retention,
            self.org,
            self.volume,
            self.item,
            self.page,
        ]
        return tuple(_natural(part) for part in parts if part is not None)


@dataclass(frozen=True, slots=True)
class CodeRule:
    """How codes of one kind are written; data of a rule pack."""

    name: str
    title: str
    """What people call the rule, e.g. DA/T 22-2015."""
    pattern: re.Pattern[str]
    """Named groups are the components."""
    template: str
    """Component groups in order: ``{fonds}-{category}·{year}…``; ``[…]`` optional."""
    item_digits: int = 0
    """Digits of the 件号; 0 where the rule leaves it open."""
    is_verbatim: bool = False
    """A code of this kind is kept as typed, not normalised."""

    def parse(self, text: str) -> Code | None:
        """*text* taken apart, or None where it is not of this rule."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        found = match.groupdict()
        series = found.pop("series", None)
        return Code(
            rule=self.name,
            series=tuple(series.split("·")[1:]) if series else (),
            **found,
        )

    def render(self, code: Code) -> str:
        """The code as this rule writes it."""
        parts = {
            "fonds": code.fonds,
            "category": code.category,
            "series": "".join(f"·{part}" for part in code.series),
            "catalogue": code.catalogue,
            "year": code.year,
            "retention": code.retention,
            "org": code.org,
            "volume": code.volume,
            "item": code.item,
            "page": code.page,
        }
        rendered = []
        for piece in re.split(r"(\[[^\]]*\])", self.template):
            names = re.findall(r"\{(\w+)\}", piece)
            is_optional = piece.startswith("[")
            if is_optional and any(parts[name] is None for name in names):
                continue
            rendered.append(piece.strip("[]").format_map(parts))
        return "".join(rendered)


def normalise_code(text: str) -> str:
    """One width, dash and dot; no spaces; capitals (domain order of steps)."""
    plain = unicodedata.normalize("NFC", text)
    plain = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in plain)
    plain = _DOTS.sub("·", plain.translate(_DASHES))
    return "".join(plain.split()).upper()


def parse_code(text: str, rules: Sequence[CodeRule]) -> tuple[Code, str] | Fault:
    """The code that *text* means under the first rule that reads it, and its form."""
    trimmed = text.strip()
    plain = normalise_code(text)
    for rule in rules:
        if rule.is_verbatim:
            code = rule.parse(trimmed)
            if code is not None:
                return code, trimmed
        code = rule.parse(plain)
        if code is not None:
            return code, plain
    return Fault(*_explain(plain, rules, text))


def _explain(plain: str, rules: Sequence[CodeRule], text: str) -> tuple[str, str, str]:
    """Reason, found, offer: a code that only lacks digits gets the padded form."""
    stem, dash, last = plain.rpartition("-")
    if dash and last.isascii() and last.isdigit():
        for rule in rules:
            if rule.item_digits and len(last) != rule.item_digits:
                offer = f"{stem}-{int(last):0{rule.item_digits}d}"
                if rule.parse(offer) is not None:
                    return "code-item-digits", text, offer
    return "code-unreadable", text, ""


def code_sort_key(code: str | None) -> tuple[tuple[int, int, str], ...]:
    """Natural order of a code as printed, without asking which rule it is of."""
    if not code:
        return ()
    return tuple(_natural(part) for part in re.split(r"[-·]", code))


def _natural(part: str) -> tuple[int, int, str]:
    if _NUMBER.fullmatch(part):
        return (0, int(part), part)
    return (1, 0, part)
