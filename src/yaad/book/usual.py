"""What is usual in a company where its files do not say it: zone, currency, VAT; and on which days it works.

It is said once of the company, read by every import whoever begins it, and what is said of the files themselves goes
before it.
"""

import json
from collections.abc import Mapping as Plain
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from zoneinfo import available_timezones

from babel.numbers import list_currencies

from yaad.book.disk import appearing
from yaad.errors import InputError
from yaad.facts import Pin
from yaad.intake import Mapping
from yaad.intake.mapping import ALL, StageRule
from yaad.model import Calendar, Tax
from yaad.text import Message

USUAL = "usual.json"
ANSWERS = ("zone", "currency", "tax")
"""What may be said of files in the place of what is usual; answers of an import that belong to no question."""


@dataclass(frozen=True)
class Usual:
    """What is usual.

    Attributes:
        zone: of times without one.
        currency: of amounts without one.
        vat: the part that VAT is, such as ``0.18``; None where there is none.
        country: whose working days and holidays are its own (ISO code).
        language: in which names are made up where the files have none.
    """

    zone: str | None = None
    currency: str | None = None
    vat: str | None = None
    country: str | None = None
    language: str | None = None


def usual_of(root: Path) -> Usual:
    """What was said of the company of the book in a folder; nothing where nothing was."""
    try:
        plain = json.loads((root / USUAL).read_text("utf-8"))
    except (OSError, ValueError):
        return Usual()
    return Usual(**{one.name: plain.get(one.name) for one in fields(Usual)}) if isinstance(plain, dict) else Usual()


def say_usual(root: Path, usual: Usual) -> None:
    """Say it from now on; what came in before stays as it was read."""
    if usual_of(root) != usual:
        root.mkdir(parents=True, exist_ok=True)
        with appearing(root / USUAL) as partial:
            partial.write_text(json.dumps(asdict(usual)), "utf-8")


def calendar_of(root: Path, zone: str, usual: Usual | None = None) -> Calendar:
    """The working days and the hours of the company of the book in a folder: of its country, else usual in its zone.

    Args:
        root: the folder.
        zone: the company's.
        usual: what was said of the company, where it was read already.
    """
    country = (usual or usual_of(root)).country
    return Calendar.of_zone(zone) if country is None else Calendar.of_country(country)


def taken_out(said: dict[str, str]) -> dict[str, str]:
    """The answers that stand in the place of what is usual, taken out of the others.

    Raises:
        InputError: one is no zone, no currency, or no word on VAT.
    """
    found = {name: said.pop(name).strip() for name in ANSWERS if name in said}
    found = {name: value for name, value in found.items() if value}
    if "currency" in found:
        found["currency"] = found["currency"].upper()
    known: Plain[str, Plain[str, object] | set[str]] = {
        "zone": available_timezones(), "currency": list_currencies(), "tax": {one.value for one in Tax},
    }  # fmt: skip
    for name, value in found.items():
        if value not in known[name]:
            raise InputError(Message(f"book.bad_{name}", {"text": value}))
    return found


def with_usual(mapping: Mapping, pin: Pin | None, usual: Usual, said: Plain[str, str]) -> Mapping:
    """A mapping that knows what is usual, and holds what was said in its place.

    Args:
        mapping: of the files.
        pin: of the book that they come into; None while it is empty.
        usual: of the company.
        said: see `taken_out`.
    """
    return replace(
        with_said(mapping, said),
        usual_zone=said.get("zone") or (pin.zone if pin else None) or usual.zone,
        usual_currency=said.get("currency") or usual.currency,
        usual_tax=said.get("tax"),
        usual_language=usual.language,
        usual_stages=tuple(StageRule(stage.name, stage.type) for stage in pin.pipeline.stages) if pin else (),
    )


def with_said(mapping: Mapping, said: Plain[str, str]) -> Mapping:
    """A mapping with what was said of its files."""
    if "zone" in said:
        mapping = replace(mapping, zone=said["zone"])
    if "currency" in said:
        mapping = replace(mapping, currency={ALL: said["currency"]})
    if "tax" in said:
        mapping = replace(mapping, tax={ALL: said["tax"]})
    return mapping
