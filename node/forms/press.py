"""The press: letters and rules on pages, in millimetres from the upper left corner.

The file is made to be kept: PDF/A-2b, typefaces inside it, text that can be searched,
and the same bytes whenever the same form is printed again. This is the only module
that knows the library behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

from fpdf import FPDF
from fpdf.enums import TextMode

from node.forms.breaking import Line, Run, lines_of
from node.forms.filing import Say
from node.forms.typefaces import MONGOLIAN, Typefaces

THIN: Final = 0.15
"""Rules inside a table, mm."""
FIRM: Final = 0.4
"""The frame of a table, mm."""

_PT: Final = 72 / 25.4
_ASCENT: Final = 0.88
"""How much of a Chinese letter's height is above the baseline."""
_LEADING: Final = 1.34
"""The distance of two baselines, in heights of the letter."""
_STROKE: Final = 0.032
"""How much bold letters are stroked, in heights of the letter."""
_SHRINK: Final = 0.94


class Press:
    """Pages being printed."""

    def __init__(self, title: str, made_at: datetime, say: Say) -> None:
        pdf = FPDF(unit="mm", enforce_compliance="PDF/A-2B")
        pdf.set_auto_page_break(auto=False)
        pdf.set_margin(0)
        pdf.c_margin = 0
        moment = made_at.astimezone(UTC).replace(microsecond=0)
        pdf.set_creation_date(moment)
        pdf.set_title(title)
        pdf.set_lang(say("forms.language"))
        pdf.set_xmp_metadata(_metadata(title, moment))
        self._pdf = pdf
        self._faces = Typefaces(pdf, say)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return self._pdf.pages_count

    @property
    def undrawn(self) -> str:
        """The characters that had no shape."""
        return "".join(self._faces.undrawn)

    def page(self, width: float, height: float) -> None:
        """Begin a page."""
        self._pdf.add_page(format=(width, height))

    def lines(self, text: str, width: float, size: float) -> list[Line]:
        """*text* in lines of at most *width* mm, in letters of *size* points."""
        limit = width * _PT / size * 1000
        return lines_of(self._faces.runs(text), self._faces.widths, limit)

    def few(self, text: str, width: float, size: float, most: int) -> list[Line]:
        """The first *most* lines of *text*; a sign says that there is more of it."""
        lines = self.lines(text, width, size)
        if len(lines) <= most:
            return lines
        short = lines[most - 1].text
        while short and self.width(f"{short}…", size) > width:
            short = short[:-1]
        return [*lines[: most - 1], *self.lines(f"{short}…", width, size)[:1]]

    def width(self, text: str, size: float) -> float:
        """How many mm *text* takes in one line."""
        return sum(run.width for run in self._faces.runs(text)) * size / _PT / 1000

    def fitting(self, text: str, width: float, size: float, least: float) -> float:
        """The size not above *size* at which *text* is at most *width* mm wide."""
        while size > least and self.width(text, size) > width:
            size *= _SHRINK
        return max(size, least)

    def write(
        self,
        line: Line,
        x: float,
        top: float,
        size: float,
        *,
        width: float = 0,
        align: str = "left",
        is_bold: bool = False,
        spread: float = 0,
    ) -> None:
        """Put one line with its upper edge at *top*; *align* it in *width* mm.

        *spread* mm are between each two letters.
        """
        scale = size / _PT / 1000
        wide = line.width * scale + spread * max(0, len(line.text) - 1)
        if align == "centre":
            x += (width - wide) / 2
        elif align == "right":
            x += width - wide
        baseline = top + (_LEADING / 2 - 0.5 + _ASCENT) * size / _PT
        runs: Sequence[Run] = line.runs
        if spread:
            runs = [
                Run(run.face, each, self._faces.widths.get(each, 0))
                for run in runs
                for each in run.text
            ]
        if is_bold:
            with self._pdf.local_context(
                text_mode=TextMode.FILL_STROKE, line_width=size * _STROKE
            ):
                self._put(runs, x, baseline, size, spread)
        else:
            self._put(runs, x, baseline, size, spread)

    def paragraph(
        self,
        text: str,
        x: float,
        top: float,
        width: float,
        size: float,
        *,
        align: str = "left",
        is_bold: bool = False,
    ) -> float:
        """Put *text* in as many lines as it needs; where the next one would begin."""
        for line in self.lines(text, width, size):
            self.write(line, x, top, size, width=width, align=align, is_bold=is_bold)
            top += pitch(size)
        return top

    def stacked(
        self, texts: Sequence[str], x: float, top: float, width: float, size: float
    ) -> None:
        """Put one text under the other, each in the middle of *width*."""
        for place, text in enumerate(texts):
            for line in self.lines(text, 1000, size)[:1]:
                upper = top + place * pitch(size)
                self.write(line, x, upper, size, width=width, align="centre")

    def turned(self, text: str, x: float, top: float, size: float) -> None:
        """Put *text* downwards from *top*, its letters lying, its foot at *x*."""
        height = pitch(size)
        with self._pdf.rotation(-90, x, top):
            for line in self.lines(text, 1000, size)[:1]:
                self.write(line, x, top - height, size)

    def rule(
        self, x1: float, y1: float, x2: float, y2: float, *, mm: float = THIN
    ) -> None:
        """Draw a straight rule."""
        self._pdf.set_line_width(mm)
        self._pdf.line(x1, y1, x2, y2)

    def frame(
        self, x: float, y: float, width: float, height: float, *, mm: float = FIRM
    ) -> None:
        """Draw a frame."""
        self._pdf.set_line_width(mm)
        self._pdf.rect(x, y, width, height)

    def finish(self) -> bytes:
        """The file."""
        return bytes(self._pdf.output())

    def _put(
        self, runs: Sequence[Run], x: float, baseline: float, size: float, spread: float
    ) -> None:
        pdf = self._pdf
        for run in runs:
            pdf.set_font(run.face, size=size)
            wide = run.width * size / _PT / 1000
            if run.face == MONGOLIAN:
                self._put_joined(run.text, x, baseline, wide)
            else:
                pdf.text(x, baseline, run.text)
            x += wide + spread

    def _put_joined(self, word: str, x: float, baseline: float, wide: float) -> None:
        """A Mongolian word; the library sets its baseline from a cell's height."""
        pdf = self._pdf
        pdf.set_text_shaping(
            use_shaping_engine=True, direction="ltr", script="mong", language="mon"
        )
        pdf.set_xy(x, baseline - 0.8 * pdf.font_size)
        pdf.cell(wide, pdf.font_size, word)
        pdf.set_text_shaping(use_shaping_engine=False)


def pitch(size: float) -> float:
    """How many mm a line in letters of *size* points takes."""
    return size * _LEADING / _PT


def _metadata(title: str, moment: datetime) -> str:
    """What PDF/A wants to be told twice, with the caller's time in it."""
    when = moment.isoformat()
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"'
        f' xmp:CreateDate="{when}" xmp:ModifyDate="{when}">'
        "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
        '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">'
        f"{escape(title)}</rdf:li></rdf:Alt></dc:title>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
