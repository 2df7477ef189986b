"""Whatever happens to rooms, links, sticks and the hub: in the end all hold the same.

And every value ever saved is a survivor, or was named by a later write.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from protocol.identity import Scope
from tests.support.convergence import Bundle, County, Form, Loop
from tests.support.exchanges import Fault

EXAMPLES = 1_000 if os.environ.get("DANGYI_SOAK") else 15

rooms = st.sampled_from("abc")
scopes = st.sampled_from("sst")
acts = st.sampled_from(["set", "set", "clear", "add", "remove", "withdraw", "restore"])
numbers = st.integers(0, 5)


class Template:
    """A county made once and copied for every run."""

    folder: Path | None = None
    scopes: dict[str, Scope]
    saved: set[str]

    @classmethod
    def copy(cls, loop: Loop) -> County:
        if cls.folder is None:
            folder = Path(tempfile.mkdtemp(prefix="county-"))
            county = loop.run(County.make(folder))
            loop.run(county.close())
            cls.folder, cls.scopes = folder, county.scopes
            cls.saved = set(county.saved)
        fresh = Path(tempfile.mkdtemp(prefix="county-"))
        shutil.copytree(cls.folder, fresh, dirs_exist_ok=True)
        return loop.run(County.open(fresh, dict(cls.scopes), cls.saved))


class Convergence(RuleBasedStateMachine):
    """Clerks, links and sticks in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = Loop()
        self.county = Template.copy(self.loop)
        self.forms: list[Form] = []
        self.sticks: list[Bundle] = []
        self.has_copy = False
        self.granted: set[str] = set()

    def _may_write(self, room: str, scope: str) -> bool:
        return scope == "s" or (scope, room[0]) in {("t", "b"), ("u", "c")}

    @rule(room=rooms, scope=scopes)
    def create(self, room: str, scope: str) -> None:
        if self._may_write(room, scope):
            self.loop.run(self.county.create(room, scope))

    @rule()
    def write_in_a_fonds_that_is_not_granted(self) -> None:
        self.loop.run(self.county.create("c", "u"))

    @rule(room=rooms, scope=scopes, choice=numbers, act=acts, which=numbers)
    def edit(self, room: str, scope: str, choice: int, act: str, which: int) -> None:
        form = self.loop.run(self.county.open_form(room, scope, choice))
        if form is not None:
            self.loop.run(self.county.save_form(form, act, which))

    @rule(room=rooms, scope=scopes, choice=numbers)
    def open_a_form(self, room: str, scope: str, choice: int) -> None:
        form = self.loop.run(self.county.open_form(room, scope, choice))
        if form is not None:
            self.forms.append(form)

    @precondition(lambda self: self.forms)
    @rule(act=acts, which=numbers, at=numbers)
    def save_a_form_of_before(self, act: str, which: int, at: int) -> None:
        form = self.forms.pop(at % len(self.forms))
        self.loop.run(self.county.save_form(form, act, which))

    @rule(room=rooms, is_small=st.booleans())
    def exchange(self, room: str, is_small: bool) -> None:
        budget = 600 if is_small else 1 << 19
        self.loop.run(self.county.meet(room, budget))

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

    @rule()
    def release_what_is_in_quarantine(self) -> None:
        self.loop.run(self.county.release_all())

    @rule(what=st.sampled_from([("c", "t"), ("a", "t")]))
    def grant_a_scope_later(self, what: tuple[str, str]) -> None:
        self.loop.run(self.county.grant(*what))

    @precondition(lambda self: "d" not in self.county.rooms)
    @rule()
    def clone_a_card(self) -> None:
        self.loop.run(self.county.clone("a", "d"))

    @precondition(lambda self: "d" in self.county.rooms)
    @rule(choice=numbers, act=acts, which=numbers, then=st.booleans())
    def work_on_the_clone(
        self,
        choice: int,
        act: str,
        which: int,
        then: bool,
    ) -> None:
        form = self.loop.run(self.county.open_form("d", "s", choice))
        if form is not None:
            self.loop.run(self.county.save_form(form, act, which))
        if then:
            self.loop.run(self.county.meet("d"))

    @rule(room=rooms)
    def copy_a_room(self, room: str) -> None:
        self.loop.run(self.county.back_room_up(room))

    @precondition(lambda self: self.county.copied)
    @rule(at=numbers, is_whole=st.booleans())
    def put_a_room_back(self, at: int, is_whole: bool) -> None:
        copied = sorted(self.county.copied)
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
        await county.grant("c", "u")
        await county.grant("c", "t")
        for _ in range(3):
            for room in list(county.rooms):
                await county.meet(room)
            await county.release_all()
        everything: set[str] = set()
        for name, scope in county.scopes.items():
            everything |= await county.everything_at(county.hub, scope)
            expected = await county.portrait(county.hub, scope)
            for room, site in county.rooms.items():
                if name == "s" or room == "c":
                    assert await county.portrait(site, scope) == expected, (room, name)
        kept = {text for text, is_named in county.saved.items() if not is_named}
        lost = kept - everything - county.maybe_lost
        assert not lost, lost


GRANT_WHILE_A_LOG_IS_UNHEARD_OF = [
    ("write_in_a_fonds_that_is_not_granted",),
    ("copy_a_room", "c"),
    ("exchange", "c", False),
    ("put_a_room_back", 0, False),
    ("write_a_stick_for_a_room", "c"),
]
"""The put-back room has opened a new log, and the hub grants what it knows of."""
GRANT_WHILE_THE_HUB_HAS_FORGOTTEN_A_LOG = [
    ("back_the_hub_up",),
    ("copy_a_room", "c"),
    ("create", "c", "s"),
    ("exchange", "c", False),
    ("put_a_room_back", 0, False),
    ("create", "c", "s"),
    ("exchange", "c", False),
    ("exchange", "a", False),
    ("put_the_hub_back",),
    ("create", "b", "t"),
]
"""Another room brings the log back to a hub that has granted its machine more since."""

CLONE_WHOSE_SETS_THE_HUB_HAS_LOST = [
    ("create", "a", "s"),
    ("back_the_hub_up",),
    ("clone_a_card",),
    ("work_on_the_clone", 0, "set", 0, False),
    ("work_on_the_clone", 0, "set", 0, True),
    ("put_the_hub_back",),
]
"""The hub signed for the clone's set, lost it, and meets the other machine first."""
STICK_WITH_WHAT_A_CLONE_WROTE = [
    ("clone_a_card",),
    ("exchange", "a", True),
    ("work_on_the_clone", 5, "remove", 5, True),
    ("write_a_stick_for_a_room", "a"),
    ("read_a_stick", 5, False),
    ("open_a_form", "a", "s", 4),
    ("save_a_form_of_before", "withdraw", 5, 5),
    ("work_on_the_clone", 0, "add", 3, True),
]
"""The clone's numbers come in by a stick whose receipt is not news, and are taken."""


@pytest.mark.parametrize(
    "steps",
    [
        GRANT_WHILE_A_LOG_IS_UNHEARD_OF,
        GRANT_WHILE_THE_HUB_HAS_FORGOTTEN_A_LOG,
        CLONE_WHOSE_SETS_THE_HUB_HAS_LOST,
        STICK_WITH_WHAT_A_CLONE_WROTE,
    ],
)
def test_an_order_of_things_that_once_parted(steps: list[tuple[object, ...]]) -> None:
    machine = Convergence()
    for name, *arguments in steps:
        getattr(machine, str(name))(*arguments)
    machine.teardown()


TestConvergence = pytest.mark.timeout(3_600)(Convergence.TestCase)
TestConvergence.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
