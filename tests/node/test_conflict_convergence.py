"""Whoever contradicts whom, in whatever order it is heard: all end with the same.

The same tickets, shown values, holders of codes and digests; and no value that was
ever saved is out of reach: it survives, or a later write in the hub's log names it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random, SystemRandom  # noqa: TID251 (days of a test, no secret)
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from protocol.identity import Scope
from tests.support.conflict_county import ConflictCounty
from tests.support.convergence import Bundle, Form, Loop
from tests.support.exchanges import Fault

ROUNDS = 8
"""Exchanges of every room until nothing moves any more; what the hub and rooms do of
themselves (numbers granted, holders named) travels too."""

rooms = st.sampled_from("abc")
scopes = st.sampled_from("sst")
acts = st.sampled_from(
    ["set", "set", "set", "clear", "add", "remove", "withdraw", "restore"]
)
numbers = st.integers(0, 9)
machines = st.sampled_from(["hub", "a", "b", "c"])
pairs = st.sampled_from(["ab", "ba", "bc", "ca"])
oft = st.sampled_from([True, True, False])


class Template:
    """A county made once and copied for every run."""

    folder: ClassVar[Path | None] = None
    scopes: ClassVar[dict[str, Scope]] = {}
    saved: ClassVar[set[str]] = set()

    @classmethod
    def copy(cls, loop: Loop) -> ConflictCounty:
        if cls.folder is None:
            folder = Path(tempfile.mkdtemp(prefix="county-"))
            county = loop.run(ConflictCounty.make(folder))
            loop.run(county.close())
            cls.folder, cls.scopes = folder, county.scopes
            cls.saved = set(county.saved)
        fresh = Path(tempfile.mkdtemp(prefix="county-"))
        shutil.copytree(cls.folder, fresh, dirs_exist_ok=True)
        return loop.run(ConflictCounty.open(fresh, dict(cls.scopes), cls.saved))


class Contradictions(RuleBasedStateMachine):
    """Clerks, an operator, links and sticks in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = Loop()
        self.county = Template.copy(self.loop)
        self.forms: list[Form] = []
        self.sticks: list[Bundle] = []
        self.has_copy = False

    def _may_write(self, room: str, scope: str) -> bool:
        return scope == "s" or room != "a"

    @rule(room=rooms, scope=scopes, which=numbers)
    def stamp(self, room: str, scope: str, which: int) -> None:
        if self._may_write(room, scope):
            self.loop.run(self.county.stamp(room, scope, which))

    @rule(room=rooms, scope=scopes, choice=numbers, act=acts, which=numbers)
    def edit(self, room: str, scope: str, choice: int, act: str, which: int) -> None:
        if not self._may_write(room, scope):
            return
        form = self.loop.run(self.county.open_form(room, scope, choice))
        if form is not None:
            self.loop.run(self.county.save_form(form, act, which))

    @rule(
        pair=pairs,
        choice=numbers,
        two=st.tuples(acts, acts),
        which=numbers,
        is_met=oft,
    )
    def edit_in_two_rooms(
        self, pair: str, choice: int, two: tuple[str, str], which: int, is_met: bool
    ) -> None:
        """What contradictions are made of."""
        for place, (room, act) in enumerate(zip(pair, two, strict=True)):
            form = self.loop.run(self.county.open_form(room, "s", choice))
            if form is not None:
                self.loop.run(self.county.save_form(form, act, which + 10 * place))
        if is_met:
            self.exchange_all()

    @rule(room=rooms, scope=scopes, choice=numbers)
    def open_a_form(self, room: str, scope: str, choice: int) -> None:
        if not self._may_write(room, scope):
            return
        form = self.loop.run(self.county.open_form(room, scope, choice))
        if form is not None:
            self.forms.append(form)

    @precondition(lambda self: self.forms)
    @rule(act=acts, which=numbers, at=numbers)
    def save_a_form_of_before(self, act: str, which: int, at: int) -> None:
        form = self.forms.pop(at % len(self.forms))
        self.loop.run(self.county.save_form(form, act, which))

    @rule(room=rooms)
    def number(self, room: str) -> None:
        self.loop.run(self.county.number(room))

    @rule(room=rooms, scope=scopes, which=numbers)
    def catalogue_twice(self, room: str, scope: str, which: int) -> None:
        if self._may_write(room, scope):
            self.loop.run(self.county.catalogue_twice(room, scope, which))

    @rule(name=machines)
    def look_for_twins(self, name: str) -> None:
        self.loop.run(self.county.look_for_twins(name))

    @rule(room=rooms, amount=st.integers(1, 4))
    def ask_for_numbers(self, room: str, amount: int) -> None:
        self.loop.run(self.county.ask_for_numbers(room, amount))

    @rule(room=rooms)
    def give_numbers_back(self, room: str) -> None:
        self.loop.run(self.county.give_numbers_back(room))

    @rule(name=rooms)
    def appoint(self, name: str) -> None:
        self.loop.run(self.county.appoint(name))

    @rule(name=machines)
    def close_the_sequence(self, name: str) -> None:
        self.loop.run(self.county.close_sequence(name))

    @rule(scope=scopes, whose=st.sampled_from(["", "a", "b", "bc"]))
    def name_the_owner(self, scope: str, whose: str) -> None:
        self.loop.run(self.county.name_owner(scope, whose))

    @rule(which=numbers, how=numbers, times=st.integers(1, 3), is_met=oft)
    def decide(self, which: int, how: int, times: int, is_met: bool) -> None:
        if is_met:
            self.exchange_all()
        for step in range(times):
            self.loop.run(self.county.decide(which + step, how))

    @rule(which=numbers)
    def take_a_decision_back(self, which: int) -> None:
        self.loop.run(self.county.undo(which))

    @rule(which=numbers)
    def ask(self, which: int) -> None:
        self.loop.run(self.county.ask(which))

    @rule(room=rooms, which=numbers)
    def answer(self, room: str, which: int) -> None:
        self.loop.run(self.county.answer(room, which))

    @rule(room=rooms, which=numbers, is_met=oft)
    def contest(self, room: str, which: int, is_met: bool) -> None:
        if is_met:
            self.exchange_all()
        self.loop.run(self.county.contest(room, which))

    @rule(room=rooms, is_small=st.booleans())
    def exchange(self, room: str, is_small: bool) -> None:
        budget = 600 if is_small else 1 << 19
        self.loop.run(self.county.meet(room, budget))

    @rule()
    def exchange_all(self) -> None:
        for room in "abcab":
            self.loop.run(self.county.meet(room))

    @rule(room=rooms, after=numbers, is_up=st.booleans())
    def exchange_and_break_off(self, room: str, after: int, is_up: bool) -> None:
        fault = Fault(up_after=after) if is_up else Fault(down_after=after)
        self.loop.run(self.county.break_off(room, fault))

    @rule(room=rooms)
    def write_a_stick_for_the_hub(self, room: str) -> None:
        self.sticks.append(self.loop.run(self.county.bundle_up(room)))

    @rule(room=rooms)
    def write_a_stick_for_a_room(self, room: str) -> None:
        made = self.loop.run(self.county.bundle_down(room))
        if made is not None:
            self.sticks.append(made)

    @precondition(lambda self: self.sticks)
    @rule(at=numbers, again=st.booleans())
    def read_a_stick(self, at: int, again: bool) -> None:
        place = at % len(self.sticks)
        stick = self.sticks[place] if again else self.sticks.pop(place)
        read = self.county.read_up if stick.head is None else self.county.read_down
        self.loop.run(read(stick))

    @rule(room=rooms)
    def restart(self, room: str) -> None:
        self.loop.run(self.county.restart(room))

    @rule(room=rooms)
    def copy_a_room(self, room: str) -> None:
        self.loop.run(self.county.back_room_up(room))

    @precondition(lambda self: self.county.copied)
    @rule(at=numbers, is_whole=st.booleans())
    def put_a_room_back(self, at: int, is_whole: bool) -> None:
        copied = sorted(self.county.copied)
        if copied:
            room = copied[at % len(copied)]
            self.forms = [form for form in self.forms if form.room != room]
            self.loop.run(self.county.put_room_back(room, is_whole=is_whole))

    @rule()
    def back_the_hub_up(self) -> None:
        self.loop.run(self.county.back_hub_up())
        self.has_copy = True

    @precondition(lambda self: self.has_copy)
    @rule()
    def put_the_hub_back(self) -> None:
        if self.has_copy:
            self.loop.run(self.county.restore_hub())

    def teardown(self) -> None:
        try:
            self.loop.run(self._compare())
        finally:
            self.loop.run(self.county.close())
            self.loop.close()
            shutil.rmtree(self.county.folder, ignore_errors=True)

    async def _compare(self) -> None:
        county = self.county
        before: object = None
        for _ in range(ROUNDS):
            for room in county.rooms:
                await county.meet(room)
            for machine in ("hub", *county.rooms):
                await county.look_for_twins(machine)
            now = [
                await county.shown_at(county.hub, scope)
                for scope in county.scopes.values()
            ]
            if now == before:
                break
            before = now
        else:
            pytest.fail("the county does not come to rest")
        for name, scope in county.scopes.items():
            expected = await county.shown_at(county.hub, scope)
            for room, site in county.rooms.items():
                if self._may_write(room, name):
                    assert await county.shown_at(site, scope) == expected, (room, name)
        await county.check_log()
        await county.check_rows()


TestContradictions = pytest.mark.timeout(3_600)(Contradictions.TestCase)
TestContradictions.settings = settings(
    max_examples=settings.default.max_examples // 10 if settings.default else 6,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def room(dice: Random) -> str:
    return dice.choice("abc")


def scope(dice: Random) -> str:
    return dice.choice("sst")


def number(dice: Random) -> int:
    return dice.randrange(10)


def act(dice: Random) -> str:
    several = ["set", "set", "set", "set", "clear", "add", "remove"]
    return dice.choice([*several, "withdraw", "restore"])


def machine(dice: Random) -> str:
    return dice.choice(["hub", "a", "b", "c"])


def often(dice: Random) -> bool:
    return dice.random() < 0.7


WALK: list[tuple[int, str, tuple[Callable[[Random], object], ...]]] = [
    (6, "stamp", (room, scope, number)),
    (4, "number", (room,)),
    (2, "ask_for_numbers", (room, lambda dice: dice.randint(1, 4))),
    (1, "give_numbers_back", (room,)),
    (1, "appoint", (room,)),
    (1, "close_the_sequence", (machine,)),
    (4, "catalogue_twice", (room, scope, number)),
    (2, "look_for_twins", (machine,)),
    (8, "edit", (room, scope, number, act, number)),
    (
        14,
        "edit_in_two_rooms",
        (
            lambda dice: dice.choice(["ab", "ba", "bc", "ca"]),
            number,
            lambda dice: (act(dice), act(dice)),
            number,
            often,
        ),
    ),
    (3, "open_a_form", (room, scope, number)),
    (3, "save_a_form_of_before", (act, number, number)),
    (2, "name_the_owner", (scope, lambda dice: dice.choice(["", "a", "b", "bc"]))),
    (12, "decide", (number, number, lambda dice: dice.randint(1, 3), often)),
    (4, "take_a_decision_back", (number,)),
    (3, "ask", (number,)),
    (3, "answer", (room, number)),
    (4, "contest", (room, number, often)),
    (6, "exchange", (room, often)),
    (3, "exchange_all", ()),
    (2, "exchange_and_break_off", (room, number, often)),
    (2, "write_a_stick_for_the_hub", (room,)),
    (2, "write_a_stick_for_a_room", (room,)),
    (4, "read_a_stick", (number, often)),
    (1, "restart", (room,)),
    (1, "copy_a_room", (room,)),
    (1, "put_a_room_back", (number, often)),
    (1, "back_the_hub_up", ()),
    (1, "put_the_hub_back", ()),
]
"""How often a day has what; Hypothesis alone comes to few decisions."""


def walk(seed: int, steps: int) -> list[tuple[object, ...]]:
    """The names and arguments of rules, as a county's days may go."""
    dice = Random(seed)
    drawn = dice.choices(WALK, [weight for weight, _, _ in WALK], k=steps)
    return [(name, *(draw(dice) for draw in draws)) for _, name, draws in drawn]


def go(steps: list[tuple[object, ...]]) -> None:
    """Do it all, and look at the end."""
    county = Contradictions()
    for name, *arguments in steps:
        has_form = county.forms or name != "save_a_form_of_before"
        has_stick = county.sticks or name != "read_a_stick"
        if has_form and has_stick:
            getattr(county, str(name))(*arguments)
    county.teardown()


WORD_OF_A_HUB_PUT_BACK: list[tuple[object, ...]] = [
    ("stamp", "b", "s", 6),
    ("back_the_hub_up",),
    ("stamp", "a", "s", 0),
    ("contest", "b", 0, True),
    ("put_the_hub_back",),
    ("decide", 8, 8, 1, True),
]
"""The rooms bring back what the hub had said of the code; then it decides, as a number
of its log that would be given twice."""


WORD_OF_A_HUB_SAID_TWICE: list[tuple[object, ...]] = [
    ("name_the_owner", "s", "b"),
    ("back_the_hub_up",),
    ("exchange", "b", False),
    ("put_the_hub_back",),
]
"""What the hub had not sealed it seals anew: two sets of one number on one record, of
which one becomes a branch where the other stands already."""


DECISIONS_OF_A_HUB_DIVIDED_ANEW: list[tuple[object, ...]] = [
    ("edit_in_two_rooms", "ab", 2, ("set", "set"), 8, False),
    ("edit_in_two_rooms", "ca", 2, ("set", "clear"), 5, False),
    ("edit_in_two_rooms", "bc", 4, ("withdraw", "remove"), 0, False),
    ("decide", 6, 1, 2, True),
    ("back_the_hub_up",),
    ("decide", 5, 1, 3, True),
    ("edit_in_two_rooms", "ab", 4, ("set", "clear"), 4, True),
    ("put_the_hub_back",),
    ("take_a_decision_back", 6),
]
"""Two branches count on from one number, and differ in where a set ends."""


OWNER_OF_A_HUB_PUT_BACK: list[tuple[object, ...]] = [
    ("edit_in_two_rooms", "ca", 5, ("set", "restore"), 7, True),
    ("back_the_hub_up",),
    ("edit_in_two_rooms", "bc", 2, ("set", "restore"), 9, False),
    ("name_the_owner", "s", "b"),
    ("decide", 5, 6, 1, True),
    ("put_the_hub_back",),
]
"""In the order that is read anew the owner stands behind what was only proposed."""


LOG_OF_A_HUB_LOST_TWICE: list[tuple[object, ...]] = [
    ("back_the_hub_up",),
    ("edit_in_two_rooms", "bc", 3, ("withdraw", "add"), 0, False),
    ("decide", 7, 1, 1, True),
    ("edit_in_two_rooms", "ba", 2, ("withdraw", "set"), 0, True),
    ("put_the_hub_back",),
    ("exchange_all",),
    ("decide", 8, 8, 3, False),
    ("decide", 1, 6, 2, True),
    ("put_the_hub_back",),
]
"""The hub takes back what it wrote under a log of which it knows no more."""


@pytest.mark.parametrize(
    "steps",
    [
        OWNER_OF_A_HUB_PUT_BACK,
        LOG_OF_A_HUB_LOST_TWICE,
        WORD_OF_A_HUB_PUT_BACK,
        WORD_OF_A_HUB_SAID_TWICE,
        DECISIONS_OF_A_HUB_DIVIDED_ANEW,
    ],
)
def test_an_order_of_things_that_once_parted(steps: list[tuple[object, ...]]) -> None:
    go(steps)


@pytest.mark.parametrize("seed", range(3))
def test_days_with_many_contradictions(seed: int) -> None:
    go(walk(seed, 40))


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_many_such_days() -> None:
    for _ in range(200):
        seed = SystemRandom().getrandbits(32)
        try:
            go(walk(seed, 40))
        except BaseException:
            print(f"seed {seed}: go(walk({seed}, 40))")
            raise
