"""How far an exchange is: sets and bytes both ways, and the time that is left.

Bytes are the kernel's figures (sync/sockets.py); sets that are on their way up count
as sent when their bytes have passed the link, and as received by the hub never here:
that a checkpoint says. What is left is reckoned from what passed in the last seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Final

from protocol.messages import Checkpoint, Hello
from sync.sockets import Traffic

TICK_SECONDS: Final = 0.5
"""So often an exchange says how far it is, also where nothing moves."""
WINDOW_SECONDS: Final = 12.0
"""The rate is that of so long."""
LEAST_SECONDS: Final = 1.0
"""A rate measured over less says nothing."""


class Stage(StrEnum):
    """What an exchange is doing."""

    PREPARING = "preparing"
    """Sealing and compressing; nothing goes out yet."""
    SENDING = "sending"
    WAITING = "waiting"
    """All is out; the hub works."""
    RECEIVING = "receiving"
    RESTING = "resting"
    """The link broke; the next try comes after a pause."""


@dataclass(frozen=True, slots=True)
class Headway:
    """How far an exchange is."""

    stage: Stage
    bytes_up: int
    """Acknowledged by the other side, heads included."""
    bytes_down: int
    sent: int
    """Change-sets."""
    to_send: int
    received: int
    to_receive: int
    """As far as the hub has said; rises when it says more."""
    bytes_per_second: int
    seconds_left: int | None
    """None while it cannot be told."""

    def facts(self) -> dict[str, object]:
        """Its members by name, for a program."""
        return {
            "stage": self.stage.value,
            "bytes_up": self.bytes_up,
            "bytes_down": self.bytes_down,
            "sent": self.sent,
            "to_send": self.to_send,
            "received": self.received,
            "to_receive": self.to_receive,
            "bytes_per_second": self.bytes_per_second,
            "seconds_left": self.seconds_left,
        }


Progress = Callable[[Headway], None]
"""Told how far an exchange is, at every tick and whenever something was taken in."""


class Reckoning:
    """What a session knows about its own length."""

    def __init__(self) -> None:
        self.stage = Stage.PREPARING
        self._to_send = 0
        self._unconfirmed = 0
        self._to_receive = 0
        self._heard = b""
        """Hash of the hello whose checkpoint was reckoned with."""
        self._frames_end: list[int] = []
        """Of the request under way: bytes of it at the end of each set's frame."""
        self._body_bytes = 0
        self._body_from = 0
        self._sent_before = 0
        self._new_sets = 0
        self._loaded_sets = 0
        self._loaded_bytes = 0
        self._samples: deque[tuple[float, int]] = deque()

    def begin(self, to_send: int, unconfirmed: int) -> None:
        """A session begins, with so many sets to hand over or to be confirmed."""
        self._to_send = to_send
        self._unconfirmed = unconfirmed

    def begin_request(
        self,
        body_bytes: int,
        frames: Sequence[bytes],
        sets: int,
        *,
        sent: int,
        new_sets: int,
        traffic: Traffic,
    ) -> None:
        """A request goes out whose last *sets* frames are sets, *new_sets* of them new.

        *sent* sets went before it.
        """
        self.stage = Stage.SENDING
        sizes = [len(frame) for frame in frames]
        ends = list(accumulate(sizes))
        self._frames_end = ends[len(ends) - sets :]
        self._body_bytes, self._body_from = body_bytes, traffic.sent_bytes
        self._sent_before, self._new_sets = sent, new_sets
        self._loaded_sets += sets
        self._loaded_bytes += sum(sizes[len(sizes) - sets :])
        self._to_send = max(self._to_send, sent + new_sets)

    def end_request(self) -> None:
        """The request ended, one way or the other."""
        self.stage = Stage.RESTING
        self._frames_end, self._body_bytes, self._new_sets = [], 0, 0

    def is_news(self, checkpoint: Checkpoint) -> bool:
        """Whether this word of the hub was not reckoned with yet."""
        is_new = checkpoint.hello_hash != self._heard
        self._heard = checkpoint.hello_hash
        return is_new

    def hear(
        self, hello: Hello, checkpoint: Checkpoint, received: int, confirmed: int
    ) -> None:
        """The hub has said where its orders end."""
        self.stage = Stage.RECEIVING
        places = {place.scope: (place.epoch, place.place) for place in hello.scopes}
        ahead = 0
        for head in checkpoint.scopes:
            epoch, place = places.get(head.scope, (0, 0))
            ahead += max(0, head.head_place - (place if epoch == head.epoch else 0))
        stubs = max(0, max(self._unconfirmed, self._to_send) - confirmed)
        self._to_receive = max(self._to_receive, received + max(0, ahead - stubs))

    def headway(
        self, traffic: Traffic, sent: int, received: int, now: float
    ) -> Headway:
        """How far the session is, at a moment of a clock that only goes forward."""
        rate = self._rate(traffic, now)
        passed = traffic.sent_bytes - self._body_from
        if self._frames_end and sent < self._sent_before + self._new_sets:
            gone = bisect_right(self._frames_end, passed)
            sent = self._sent_before + min(gone, self._new_sets)
        if self.stage is Stage.SENDING and passed >= self._body_bytes:
            self.stage = Stage.WAITING
        to_receive = max(self._to_receive, received)
        left_bytes = self._left_bytes(traffic, sent, received, to_receive)
        return Headway(
            stage=self.stage,
            bytes_up=traffic.sent_bytes,
            bytes_down=traffic.received_bytes,
            sent=sent,
            to_send=max(self._to_send, sent),
            received=received,
            to_receive=to_receive,
            bytes_per_second=rate,
            seconds_left=_seconds(left_bytes, rate),
        )

    def _left_bytes(
        self, traffic: Traffic, sent: int, received: int, to_receive: int
    ) -> int | None:
        """Bytes that have yet to pass both ways; None where nobody can tell."""
        if not self._loaded_sets and self._to_send:
            return None
        passed = traffic.sent_bytes - self._body_from
        left = max(0, self._body_bytes - passed)
        beyond = max(0, self._to_send - max(sent, self._sent_before + self._new_sets))
        if beyond:
            left += beyond * self._loaded_bytes // self._loaded_sets
        if to_receive > received:
            if not received:
                return None
            left += (to_receive - received) * traffic.received_bytes // received
        return left

    def _rate(self, traffic: Traffic, now: float) -> int:
        """Bytes a second both ways, over the last seconds."""
        total = traffic.sent_bytes + traffic.received_bytes
        samples = self._samples
        samples.append((now, total))
        while len(samples) > 2 and now - samples[1][0] >= WINDOW_SECONDS:
            samples.popleft()
        begun, before = samples[0]
        if now - begun < LEAST_SECONDS:
            return 0
        return max(0, int((total - before) / (now - begun)))


def _seconds(left_bytes: int | None, rate: int) -> int | None:
    if left_bytes is None or (left_bytes and not rate):
        return None
    return -(-left_bytes // rate) if left_bytes else 0
