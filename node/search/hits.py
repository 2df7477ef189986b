"""Where a query's words stand in a text that is shown.

The index compares folded texts (node/search/folding.py); people see the text as it is
written. Each character folds by itself, so every place in the folded text leads back to
the character it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from node.search.folding import fold
from node.search.query import words_of

Span = tuple[int, int]
"""First character, and the one behind the last."""


def folded_words(texts: Sequence[str]) -> tuple[str, ...]:
    """The words of a query as the index compares them, none twice."""
    folded = (fold(word) for word in words_of(texts))
    return tuple(dict.fromkeys(word for word in folded if word))


def hits_in(text: str, folded_words: Iterable[str]) -> tuple[Span, ...]:
    """The pieces of *text* in which any of the words stands, in order, none touching.

    Characters that the index does not see (spaces, marks on a letter) belong to the
    piece they stand in, and marks to the letter before them.
    """
    folded, places = _folded_places(text)
    found: list[Span] = []
    for word in folded_words:
        start = folded.find(word) if word else -1
        while start >= 0:
            last = places[start + len(word) - 1]
            found.append((places[start], _behind_marks(text, last + 1)))
            start = folded.find(word, start + 1)
    return tuple(_united(sorted(found)))


def _folded_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters where it came from."""
    if len(folded := fold(text)) == len(text) and all(fold(each) for each in text):
        return folded, list(range(len(text)))
    pieces: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        piece = fold(character)
        pieces.append(piece)
        places += [place] * len(piece)
    return "".join(pieces), places


def _behind_marks(text: str, end: int) -> int:
    """Where the letter that ends at *end* really ends: behind its marks."""
    while end < len(text) and not text[end].isspace() and not fold(text[end]):
        end += 1
    return end


def _united(spans: Sequence[Span]) -> list[Span]:
    united: list[Span] = []
    for first, behind in spans:
        if united and first <= united[-1][1]:
            united[-1] = (united[-1][0], max(behind, united[-1][1]))
        else:
            united.append((first, behind))
    return united
