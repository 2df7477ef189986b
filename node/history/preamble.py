"""What goes up before the sets: a list that the hub lost, extracts held here."""

from __future__ import annotations

from node.history.extracts import held_item
from node.history.trust import held_list
from node.store.port import Rows
from protocol.messages import ExtractsHeld, TrustList
from protocol.trust import split_trust_list


def first_items(rows: Rows, *, owes_list: bool) -> list[TrustList | ExtractsHeld]:
    """Items before the sets; *owes_list*: the hub has lost its trust list."""
    found: list[TrustList | ExtractsHeld] = []
    lost = held_list(rows) if owes_list else None
    if lost is not None:
        found += split_trust_list(lost)
    held = held_item(rows)
    return found if held is None else [*found, held]
