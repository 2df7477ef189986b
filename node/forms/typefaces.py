"""The typefaces of the forms, and which of them draws a letter.

Song draws what is written every day; its second file, read only when it is wanted,
all other Chinese characters. Mongolian letters change their shape with their place in
the word: they are joined by the library uharfbuzz where the machine has it, else a
sign with their number stands for them. For what no typeface draws there is a sign
too, so that paper never says less than it hides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fpdf.fonts import TTFFont

from node.forms.breaking import Run
from node.forms.printable import code_points, letters, mongolian_runs, printable

if TYPE_CHECKING:
    from fpdf import FPDF

    from node.forms.filing import Say

SONG: Final = "song"
RARE: Final = "song-rare"
MONGOLIAN: Final = "mongolian"

_FOLDER: Final = Path(__file__).parent / "fonts"
_BREAKS_AFTER: Final = "-/,;:"
_BRACKETS: Final = "()[]{}?! "
_POINTS: Final = ".,;:%"
"""Part of the word or number before them."""
_FIRST_WIDE: Final = "\u2e80"
_NAMED_AT_MOST: Final = 2
"""So many characters without a shape are named one by one."""
_JOINING: Final = re.compile("[\u180b-\u180f\u200c\u200d]")
_PHRASE: Final = re.compile(
    "[\u1800-\u18af](?:[\u1800-\u18af\u200c\u200d\u202f ]*[\u1800-\u18af])?"
)


class Typefaces:
    """Texts as runs of letters, each with the typeface that draws it."""

    def __init__(self, pdf: FPDF, say: Say) -> None:
        self._pdf = pdf
        self._say = say
        self._is_joining = find_spec("uharfbuzz") is not None
        self._faces: dict[str, str] = {}
        self._loaded: dict[str, TTFFont] = {}
        self.widths: dict[str, float] = {}
        """The width of each letter of Song that was asked for."""
        self.undrawn: dict[str, None] = {}
        """What no typeface draws, in the order it was met."""
        self._load(SONG)

    def runs(self, text: str) -> list[Run]:
        """*text* as runs that are not to be broken."""
        plain = printable(text)
        if not self._is_joining:
            plain = _PHRASE.sub(self._placeholder, plain)
        found: list[Run] = []
        end = 0
        for start, stop in mongolian_runs(plain):
            found += self._written(plain[end:start])
            found += self._joined(plain[start:stop])
            end = stop
        return found + self._written(plain[end:])

    def _placeholder(self, run: re.Match[str]) -> str:
        return self._say("forms.mongolian", letters=letters(run[0]))

    def _joined(self, word: str) -> list[Run]:
        """A Mongolian word, or the sign for one with a letter that is not known."""
        known = self._load(MONGOLIAN).cmap
        if any(ord(each) not in known for each in _JOINING.sub("", word)):
            return self._written(self._say("forms.mongolian", letters=letters(word)))
        pdf = self._pdf
        pdf.set_font(MONGOLIAN, size=1000 / pdf.k)
        pdf.set_text_shaping(
            use_shaping_engine=True, direction="ltr", script="mong", language="mon"
        )
        width = pdf.get_string_width(word) * pdf.k * pdf.k
        pdf.set_text_shaping(use_shaping_engine=False)
        return [Run(MONGOLIAN, word, width)]

    def _written(self, text: str) -> list[Run]:
        """Letters of Song: each Chinese one by itself, words and numbers whole."""
        found: list[Run] = []
        missing = ""
        word: list[str] = []
        for each in _JOINING.sub("", text).replace("\u202f", " "):
            face = self._faces.get(each) or self._find(each)
            if not face:
                missing += each
                continue
            if missing:
                self._end(word, found)
                found += self._signs(missing)
                missing = ""
            if _is_of_word(each, word):
                word.append(each)
                if each in _BREAKS_AFTER:
                    self._end(word, found)
                continue
            self._end(word, found)
            found.append(Run(face, each, self.widths[each]))
        self._end(word, found)
        return found + (self._signs(missing) if missing else [])

    def _end(self, word: list[str], found: list[Run]) -> None:
        """Put a word that has ended among the runs."""
        if word:
            width = sum(self.widths[each] for each in word)
            found.append(Run(SONG, "".join(word), width))
            word.clear()

    def _signs(self, missing: str) -> list[Run]:
        """What stands for characters that have no shape here."""
        self.undrawn.update(dict.fromkeys(missing))
        if len(missing) <= _NAMED_AT_MOST:
            return self._written(self._say("forms.undrawn", name=code_points(missing)))
        return self._written(self._say("forms.undrawn_many", count=len(missing)))

    def _find(self, each: str) -> str:
        """The face that draws a letter, if there is one."""
        for name in (SONG, RARE) if each >= _FIRST_WIDE else (SONG,):
            face = self._load(name)
            if ord(each) in face.cmap:
                self._faces[each] = name
                self.widths[each] = face.cw[ord(each)]
                return name
        return ""

    def _load(self, name: str) -> TTFFont:
        """A typeface, which is read when it is first wanted."""
        face = self._loaded.get(name)
        if face is None:
            self._pdf.add_font(name, fname=_FOLDER / f"{name}.ttf")
            added = self._pdf.fonts[name]
            if not isinstance(added, TTFFont):
                raise TypeError(name)
            face = self._loaded[name] = added
        return face


def _is_of_word(each: str, word: Sequence[str]) -> bool:
    """A letter that is not to be parted from those before it."""
    if each >= _FIRST_WIDE or each in _BRACKETS:
        return False
    if each in _POINTS:
        return bool(word)
    return each.isascii() or each.isalpha()
