"""The birth of a log: in the header of seq 1, and in hellos until that is receipted.

``[public key, nonce]``, and of a log that continues another also ``[parent log, seq,
hash, n]`` and the alias runs as one array of numbers (docs/protocol.md, Header).
"""

from __future__ import annotations

from typing import Any

from protocol.columns import take_array, take_bytes, take_integer
from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.identity import HASH_BYTES, LOG_ID_BYTES
from protocol.limits import ALIAS_RUNS
from protocol.messages import AliasRun, Birth, Parent


def birth_items(birth: Birth) -> tuple[Any, ...]:
    """The birth as an array.

    Raises:
        LocalProtocolError: it has aliases and no parent.
    """
    items: tuple[Any, ...] = (birth.public_key, birth.nonce)
    if birth.parent is not None:
        parent = birth.parent
        items += ((parent.log, parent.seq, parent.hash, parent.n),)
        runs = [(run.old_n, run.count, run.new_n) for run in birth.aliases]
        items += (tuple([number for run in runs for number in run]),)
    elif birth.aliases:
        message = "aliases without a parent"
        raise LocalProtocolError(message)
    return items


def take_birth(found: object) -> Birth:
    """The birth that *found* is.

    Raises:
        RemoteProtocolError: it is none, or has more alias runs than the limit.
    """
    items = take_array(found)
    if len(items) not in {2, 4}:
        raise MalformedFrame
    key, nonce = take_bytes(items[0], 32), take_bytes(items[1], 16)
    if len(items) == 2:
        return Birth(key, nonce)
    parent = take_array(items[2])
    flat = take_array(items[3])
    if len(parent) != 4 or len(flat) % 3:
        raise MalformedFrame
    if len(flat) > 3 * ALIAS_RUNS:
        raise FrameTooLarge
    numbers = [take_integer(number, lowest=1) for number in flat]
    return Birth(
        key,
        nonce,
        Parent(
            take_bytes(parent[0], LOG_ID_BYTES),
            take_integer(parent[1]),
            take_bytes(parent[2], HASH_BYTES),
            take_integer(parent[3]),
        ),
        tuple(
            AliasRun(*numbers[place : place + 3]) for place in range(0, len(numbers), 3)
        ),
    )
