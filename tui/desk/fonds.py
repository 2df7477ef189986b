"""Fonds at a machine: listed, checked, opened."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from node.catalogue.saving import fonds_values
from node.errors import NodeError
from node.machine import Machine
from node.store.row_types import ScopeRow
from protocol.operations import Actor
from tui.port.fonds import FondsLine

_CODE: Final = re.compile(r"[A-Za-z]?[0-9]{1,4}")
"""As archives give them: up to four digits, a letter before them at most."""
_ITEM: Final = "item"
_ANY_CODE: Final = "0001"
_EMPTY: Final = "empty"
_LONG: Final = "long"
_SHAPE: Final = "shape"


class DeskFonds:
    """The port of fonds on an opened machine."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._machine = machine
        self._actor = actor

    async def all(self) -> Sequence[FondsLine]:
        """The fonds, by code."""
        catalogue = self._machine.catalogue
        items: Counter[str] = Counter()
        for each in await catalogue.shelves.classes(self._actor):
            if each.key.level == _ITEM:
                items[each.key.fonds] += each.amount
        granted = {row.scope_no for row in await self._scopes() if row.is_granted}
        is_joined = await self.is_joined()
        return [
            FondsLine(
                fonds.code,
                fonds.title,
                items[fonds.code],
                is_joined and fonds.scope_no not in granted,
            )
            for fonds in await catalogue.fonds(self._actor)
        ]

    async def is_joined(self) -> bool:
        """Whether a hub has to grant what is opened here."""
        if self._machine.is_hub:
            return False
        return any(row.is_granted for row in await self._scopes())

    def code_fault(self, text: str) -> str:
        """Why *text* is no fonds code, as a slug; empty where it is one."""
        return code_fault(text)

    def title_fault(self, text: str) -> str:
        """Why *text* is no title of a fonds; empty where it is one."""
        return title_fault(text)

    async def open(self, code: str, title: str) -> None:
        """A new fonds.

        Raises:
            FondsExists: there is one with that code.
            InvalidValue: the code or the title cannot be kept.
        """
        catalogue = self._machine.catalogue
        await catalogue.open_fonds(self._actor, code.strip(), title.strip())

    async def _scopes(self) -> Sequence[ScopeRow]:
        return await self._machine.store.read(lambda rows: list(rows.scopes.all()))


def code_fault(text: str) -> str:
    """Why *text* is no fonds code: empty · shape; nothing where it is one."""
    code = text.strip()
    if not code:
        return _EMPTY
    return "" if _CODE.fullmatch(code) else _SHAPE


def title_fault(text: str) -> str:
    """Why *text* is no title of a fonds: empty · long; nothing where it is one."""
    if not text.strip():
        return _EMPTY
    try:
        fonds_values(_ANY_CODE, text)
    except NodeError:
        return _LONG
    return ""
