"""Commands that check and show: verify, doctor, demo."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sync.cli.call import HOME_VARIABLE, Call
from sync.cli.opening import opened
from sync.cli.parser import UsageError
from sync.cli.printing import time_text

if TYPE_CHECKING:
    from node.history.checking import CheckReport
    from node.history.operator_checks import SignatureTally
    from sync.doctor import Finding

EXIT_FAULT_FOUND: Final = 6
DEMO_WORKBOOKS: Final = 2
SHOWN_FAULTS: Final = 20


async def verify(call: Call) -> int:
    """Check every signature, the chain, the sidecar and what was made of them."""
    async with opened(call) as machine:
        report = await machine.verify(
            rebuild=call.options.rebuild, progress=call.paper.progress
        )
    call.paper.end_progress()
    faults = [
        {"what": fault.what, "where": fault.where, "reason": fault.reason}
        for fault in report.faults
    ]
    if call.paper.is_json:
        call.paper.document(
            {
                "is_whole": not faults,
                "sets": report.sets,
                "operations": report.operations,
                "records": report.records,
                "bodies_removed": report.bodies_removed,
                "rebuilt": report.rebuilt,
                "operators": _operators_json(report.operators),
                "faults": faults,
            }
        )
        return EXIT_FAULT_FOUND if faults else 0
    _print_report(call, report)
    return EXIT_FAULT_FOUND if faults else 0


def _print_report(call: Call, report: CheckReport) -> None:
    say = call.words.say
    call.paper.say("verify.sets", count=report.sets, operations=report.operations)
    if call.options.rebuild:
        key = "verify.rebuilt" if report.rebuilt else "verify.records"
        call.paper.say(key, count=report.records, rebuilt=report.rebuilt)
    if report.bodies_removed:
        call.paper.say("verify.bodies", count=report.bodies_removed)
    _print_operators(call, report.operators)
    if not report.faults:
        call.paper.say("verify.whole")
        return
    call.paper.say("verify.faults", count=len(report.faults))
    for fault in report.faults[:SHOWN_FAULTS]:
        what = call.words.find(f"verify.what.{fault.what}") or fault.what
        reason = call.words.find(f"reason.{fault.reason}") or fault.reason
        text = say("verify.fault", what=what, where=fault.where, reason=reason)
        call.paper.indented(text)
    if len(report.faults) > SHOWN_FAULTS:
        call.paper.say("verify.more", count=len(report.faults) - SHOWN_FAULTS)


def _operators_json(tally: SignatureTally) -> dict[str, object]:
    return {
        "signatures": tally.signatures,
        "decisions": tally.decisions,
        "unsigned": tally.unsigned,
        "bad": [
            {"where": bad.where, "word": bad.word.value, "signer": bad.signer}
            for bad in tally.bad
        ],
    }


def _print_operators(call: Call, tally: SignatureTally) -> None:
    """Operators' signatures: how many, and each that proves nothing."""
    if tally.signatures:
        call.paper.say("verify.signatures", count=tally.signatures)
    if tally.unsigned:
        call.paper.say("verify.unsigned", count=tally.unsigned)
    if not tally.bad:
        return
    call.paper.say("verify.bad", count=len(tally.bad))
    for bad in tally.bad[:SHOWN_FAULTS]:
        word = call.words.say(f"signature.{bad.word}", signer=bad.signer)
        call.paper.indented(
            call.words.say("verify.bad_one", where=bad.where, word=word)
        )
    if len(tally.bad) > SHOWN_FAULTS:
        call.paper.say("verify.more", count=len(tally.bad) - SHOWN_FAULTS)


async def doctor(call: Call) -> int:
    """Say whether this computer is fit to keep an archive."""
    from sync.doctor import examine, is_fit  # noqa: PLC0415

    named = call.options.home or os.environ.get(HOME_VARIABLE)
    findings = examine(Path(named) if named else None)
    fit = is_fit(findings)
    if call.paper.is_json:
        call.paper.document(
            {
                "is_fit": fit,
                "findings": [
                    {
                        "check": finding.check,
                        "reason": finding.reason,
                        "level": str(finding.level),
                        "facts": dict(finding.facts),
                    }
                    for finding in findings
                ],
            }
        )
        return 0 if fit else EXIT_FAULT_FOUND
    for finding in findings:
        _print_finding(call, finding)
    bad = sum(1 for finding in findings if finding.level == "fault")
    call.paper.say("doctor.fit" if fit else "doctor.unfit", count=bad)
    return 0 if fit else EXIT_FAULT_FOUND


def _print_finding(call: Call, finding: Finding) -> None:
    facts = {
        name: time_text(int(value)) if name in {"now", "written"} else value
        for name, value in finding.facts.items()
    }
    mark = call.words.say(f"doctor.level.{finding.level}")
    text = call.words.say(f"doctor.{finding.check}.{finding.reason}", **facts)
    call.paper.fields([(mark, text)])


async def demo(call: Call) -> int:
    """Show a hub, two rooms and a bad road on this machine."""
    given = [Path(name) for name in call.options.catalogue]
    if given and len(given) != DEMO_WORKBOOKS:
        raise UsageError(key="usage.catalogue")
    keep = Path(call.options.keep) if call.options.keep else None
    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise UsageError(key="usage.keep", path=str(keep))
    from sync.demo import run_demo  # noqa: PLC0415

    return await run_demo(call.paper, given, keep)
