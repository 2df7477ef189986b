"""Sentences about errors, fields and values, made from the catalogue."""

from __future__ import annotations

import errno

from sync.words.catalogue import Words


def error_fields(error: Exception) -> dict[str, object]:
    """The typed fields of *error*, by name."""
    fields = dict(vars(error))
    for kind in type(error).__mro__:
        for name in getattr(kind, "__slots__", ()):
            if hasattr(error, name):
                fields[name] = getattr(error, name)
    return {name: value for name, value in fields.items() if not name.startswith("_")}


def error_sentence(error: Exception, words: Words) -> tuple[str, str]:
    """What happened and what to do, for an error with a ``code``."""
    code = str(getattr(error, "code", "unknown"))
    return sentence_of(code, error_fields(error), words)


def sentence_of(
    code: str, fields: dict[str, object], words: Words, *, with_code: bool = True
) -> tuple[str, str]:
    """The sentence of an error *code* and the next step (which may be empty).

    A reason slug among the fields chooses the closer sentence where there is one.
    """
    named = {name: _text(value, words) for name, value in fields.items()}
    if field := named.get("field", ""):
        named["field"] = _field_name(field, words)
    if reason := named.get("reason", ""):
        named["reason"] = reason_sentence(reason, named, words)
    text = words.find(f"error.{code}.text", **named)
    step = words.find(f"error.{code}.next", **named)
    if not text:
        told = ", ".join(f"{name}={value}" for name, value in named.items())
        text = words.say("error.unnamed.text", code=code, fields=told)
        step = words.say("error.unnamed.next")
    return words.say("error_line", text=text, code=code) if with_code else text, step


def file_fault(error: OSError, words: Words) -> tuple[str, dict[str, object]]:
    """Code and fields of a file or folder that cannot be used."""
    slug = errno.errorcode.get(error.errno or 0, "").lower()
    reason = words.find(f"reason.{slug}") or error.strerror or str(error)
    code = "file-missing" if isinstance(error, FileNotFoundError) else "file"
    return code, {"path": error.filename or "", "reason": reason}


def reason_sentence(reason: str, fields: dict[str, str], words: Words) -> str:
    """What a reason slug means; the slug itself where the catalogue has none."""
    return (
        words.find(f"refusal.{reason}", **fields)
        or words.find(f"reason.{reason}", **fields)
        or reason
    )


def _field_name(name: str, words: Words) -> str:
    """A field as people call it; the pack is read only when something went wrong."""
    from node.catalogue.pack import load_pack  # noqa: PLC0415
    from sync.cli.values import field_label  # noqa: PLC0415

    return field_label(name, load_pack(), words)


def _text(value: object, words: Words) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return words.join(_text(part, words) for part in value)
    return str(value)
