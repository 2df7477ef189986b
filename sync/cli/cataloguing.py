"""Commands on single records: add, set, show, search."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from node.search.query import Query
from sync.cli.call import Call
from sync.cli.opening import opened
from sync.cli.printing import time_json, time_text
from sync.cli.sentences import reason_sentence
from sync.cli.terms import STATE_NAMES, read_search, read_values
from sync.cli.values import field_label, field_text, value_text

if TYPE_CHECKING:
    from node.catalogue.extracts import SharedPage
    from node.catalogue.pack import Pack
    from node.catalogue.record import Change, CodeFacts, Record, RecordDetail
    from sync.words.catalogue import Words


async def add(call: Call) -> int:
    """Catalogue one record."""
    async with opened(call) as machine:
        terms = read_values(call.options.terms, machine.pack)
        fonds = terms.fonds or call.options.fonds
        record = await machine.catalogue.add(call.actor, fonds, terms.values)
        _print_record(call, record, machine.pack)
    return 0


async def change(call: Call) -> int:
    """Set fields of one record."""
    async with opened(call) as machine:
        terms = read_values(call.options.terms, machine.pack)
        record = await machine.catalogue.set(
            call.actor, call.options.id, terms.values, reason=call.options.reason
        )
        _print_record(call, record, machine.pack)
    return 0


async def show(call: Call) -> int:
    """One record: its fields, and who changed what, when, on which machine."""
    async with opened(call) as machine:
        detail = await machine.catalogue.show(call.actor, call.options.id)
        pack = machine.pack
    if call.paper.is_json:
        call.paper.document(_detail_json(detail))
        return 0
    _print_fields(call, detail.record, pack)
    _print_numbering(call, detail.code)
    if detail.record.open_fields:
        names = call.words.join(
            field_label(name, pack, call.words) for name in detail.record.open_fields
        )
        call.paper.facts([("record.open", names)])
    call.paper.line()
    call.paper.say("record.history")
    last: tuple[str, int] | None = None
    for change in detail.history:
        if last != (change.log, change.n):
            last = (change.log, change.n)
            told = (time_text(change.time), change.who, change.machine)
            call.paper.line("  ".join((*told, standing_text(call, change))))
            if change.signature:
                call.paper.indented(signature_text(call, change))
        call.paper.indented(_act_text(call, change, pack))
    return 0


async def search(call: Call) -> int:
    """Records that hold every word and match every filter."""
    async with opened(call) as machine:
        terms = read_search(call.options.terms, machine.pack)
        filters: dict[str, str] = {
            name: value if isinstance(value, str) else value[-1]
            for name, value in terms.values.items()
        }
        for name in STATE_NAMES & filters.keys():
            filters[name] = _state_named(call.words, filters[name])
        if terms.fonds is not None:
            filters["fonds"] = terms.fonds
        query = Query(
            words=tuple(terms.words),
            filters=filters,
            limit=call.options.limit,
            offset=call.options.offset,
        )
        if call.options.is_shared:
            lent = await machine.catalogue.extracts.search(call.actor, query)
            return _print_lent(call, lent)
        page = await machine.catalogue.search(call.actor, query)
        is_hub = machine.is_hub
        beside = await machine.catalogue.extracts.search(
            call.actor, replace(query, limit=1, offset=0)
        )
    first = call.options.offset + 1
    if call.paper.is_json:
        call.paper.document(
            {
                "total": page.total,
                "total_is_exact": page.total_is_exact,
                "results": [record.to_json() for record in page.results],
                **({"shared_total": beside.total} if beside.total else {}),
            }
        )
        return 0
    if not page.results:
        key = "search.past_end" if page.total else "search.none"
        call.paper.say(key, total=page.total, first=first)
        _mention(call, beside)
        return 0
    heads = ["table.id", "table.code", "table.title", "table.date"]
    rows = [_search_row(record) for record in page.results]
    if is_hub:
        heads += ["table.fonds", "table.source"]
        origins = [(record.fonds, record.source) for record in page.results]
        rows = [(*row, *origin) for row, origin in zip(rows, origins, strict=True)]
    call.paper.table(heads, rows)
    for record in page.results:
        if record.former:
            call.paper.say(
                "numbers.found_by_former", former=record.former, code=record.code or "–"
            )
    key = "search.total" if page.total_is_exact else "search.total_more"
    call.paper.say(
        key, total=page.total, first=first, last=first + len(page.results) - 1
    )
    _mention(call, beside)
    return 0


def _print_lent(call: Call, page: SharedPage) -> int:
    """What was found in extracts of other fonds."""
    from sync.cli.sharing import page_json, print_page  # noqa: PLC0415

    if call.paper.is_json:
        call.paper.document(page_json(page))
    else:
        print_page(call, page)
    return 0


def _mention(call: Call, beside: SharedPage) -> None:
    """Say that extracts of other fonds hold some too; they stand behind one's own."""
    if beside.total:
        more = "" if beside.total_is_exact else "+"
        call.paper.say("share.beside", total=f"{beside.total}{more}")


def _state_named(words: Words, text: str) -> str:
    """The state that the screen calls *text*; else *text* as it is."""
    called = {words.say(f"state.{name}"): name for name in ("active", "withdrawn")}
    return called.get(text.strip(), text)


def _search_row(record: Record) -> tuple[str, ...]:
    return (
        record.id,
        record.code or "",
        value_text(record.fields.get("title")),
        value_text(record.fields.get("date")),
    )


def _print_numbering(call: Call, facts: CodeFacts) -> None:
    """暂定 or 正式, who holds a contested code, and the codes before it."""
    words = ["is_final" if facts.is_final else "is_provisional"]
    if facts.is_contested:
        words.append("is_contested_held" if facts.is_holder else "is_contested")
    rows = []
    if facts.code:
        text = ",".join(call.words.say(f"numbers.{word}") for word in words)
        rows.append(("record.numbering", text))
    if facts.former:
        rows.append(("record.former_codes", call.words.join(facts.former)))
    if rows:
        call.paper.facts(rows)


def _print_record(call: Call, record: Record, pack: Pack) -> None:
    """The record as it stands after a save."""
    if call.paper.is_json:
        call.paper.document(record.to_json())
        return
    _print_fields(call, record, pack)
    call.paper.say("record.saved")


def _print_fields(call: Call, record: Record, pack: Pack) -> None:
    words = call.words
    rows = [
        (words.say("record.id"), record.id),
        (words.say("record.level"), words.find(f"level.{record.level}")),
        (words.say("record.state"), words.find(f"state.{record.state}")),
        (words.say("table.fonds"), record.fonds),
        (words.say("table.source"), record.source),
    ]
    rows += [
        (field_label(name, pack, words), field_text(name, value, pack, words))
        for name, value in record.fields.items()
    ]
    call.paper.fields([(label, text) for label, text in rows if text])


def _act_text(call: Call, change: Change, pack: Pack) -> str:
    act = call.words.find(f"act.{change.kind}") or call.words.say("act.unknown")
    if change.field is None:
        return f"{act}: {change.value}" if change.value else act
    label = field_label(change.field, pack, call.words)
    text = field_text(change.field, change.value, pack, call.words)
    return f"{act} {label}: {text}"


def standing_text(call: Call, change: Change) -> str:
    """Where a change is: here only, at the hub with which receipt, or set aside."""
    stands = change.standing
    reason = reason_sentence(stands.reason, {}, call.words) if stands.reason else ""
    return call.words.say(
        f"standing.{stands.word}", receipt=stands.receipt, reason=reason
    )


def signature_text(call: Call, change: Change) -> str:
    """Which operator signed the change, and whether that holds."""
    return call.words.say(f"signature.{change.signature}", signer=change.signer)


def _detail_json(detail: RecordDetail) -> dict[str, object]:
    """The record, with its history; times as ISO 8601."""
    document = detail.to_json()
    history = [
        {
            **change.to_json(),
            "time": time_json(change.time),
            "received": time_json(change.received),
        }
        for change in detail.history
    ]
    return {**document, "history": history}
