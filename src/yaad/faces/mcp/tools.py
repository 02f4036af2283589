"""The tools: what each is called, what it needs, what it takes, and which question of the book it asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from yaad.book import Book
from yaad.errors import InputError, UnknownName
from yaad.measures import REGISTRY
from yaad.server.roles import Capability
from yaad.show import Catalogue, Result
from yaad.show.results import Json, plain
from yaad.text import Message

Arguments = Mapping[str, Any]  # what an agent sends is JSON of any kind, held to the tool's schema first
TEXT = {"type": "string", "maxLength": 200}
MOST = 100
"""Rows of a list."""
FIGURES = {"by": TEXT, "period": TEXT}


@dataclass(frozen=True)
class Tool:
    """One tool.

    Attributes:
        name: as agents call it; its words are ``agent.tool_<name>``.
        needs: the capability that it asks for.
        ask: the question to the book.
        takes: argument → its JSON schema.
        required: arguments that must be there.
    """

    name: str
    needs: Capability
    ask: Callable[[Book, Arguments], Result | Json]
    takes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    required: tuple[str, ...] = ()

    @property
    def words(self) -> Message:
        """What it is for."""
        return Message(f"agent.tool_{self.name}")

    @property
    def schema(self) -> dict[str, object]:
        """Of its arguments, in JSON Schema."""
        return {
            "type": "object",
            "properties": {name: dict(one) for name, one in self.takes.items()},
            "required": list(self.required),
            "additionalProperties": False,
        }

    def checked(self, arguments: Arguments | None) -> Arguments:
        """The arguments, held to the schema.

        Raises:
            InputError: one is missing, or is no plain text or number.
            UnknownName: one that the tool does not take.
        """
        given = {name: value for name, value in (arguments or {}).items() if value is not None}
        for name in given:
            if name not in self.takes:
                raise UnknownName("option", name, self.takes)
        for name, schema in self.takes.items():
            value = given.get(name)
            is_number = schema["type"] == "integer"
            is_wrong = value is not None and (
                isinstance(value, bool)
                or not isinstance(value, int if is_number else str)
                or (isinstance(value, str) and len(value) > 200)
                or (isinstance(value, int) and not 1 <= value <= MOST)
            )
            if is_wrong or (value is None and name in self.required):
                raise InputError(Message("agent.bad_argument", {"name": name}))
        return given


def _limited(arguments: Arguments) -> int:
    return int(arguments.get("limit", 20))


def _deal(book: Book, arguments: Arguments) -> Json:
    told = book.opt_outs.hidden(book.facts.deal(arguments["deal_id"]))
    return {name: plain(value) for name, value in told.items() if name != "custom"}


COUNT = {"type": "integer", "minimum": 1, "maximum": MOST}
ROWS = {"limit": COUNT}
MEASURE = {"type": "string", "description": ", ".join(REGISTRY)}
TOOLS: dict[str, Tool] = {
    one.name: one
    for one in (
        Tool("measures", Capability.TOTALS, lambda book, _said: Catalogue(list(book.catalogue.values()))),
        Tool(
            "measure",
            Capability.TOTALS,
            lambda book, said: book.measure(said["measure"], by=said.get("by"), period=said.get("period")),
            {"measure": MEASURE, **FIGURES},
            ("measure",),
        ),
        Tool(
            "scorecard",
            Capability.TOTALS,
            lambda book, said: book.kpis(said.get("period"), said.get("by")),
            FIGURES,
        ),
        Tool("funnel", Capability.TOTALS, lambda book, said: book.funnel(said.get("by"), said.get("period")), FIGURES),
        Tool(
            "conversion",
            Capability.TOTALS,
            lambda book, said: book.conversion(said.get("start"), said.get("end"), said.get("by"), said.get("period")),
            {"start": TEXT, "end": TEXT, **FIGURES},
        ),
        Tool(
            "dwell",
            Capability.TOTALS,
            lambda book, said: book.dwell("first", said.get("by"), said.get("period")),
            FIGURES,
        ),
        Tool(
            "explain",
            Capability.ROWS,
            lambda book, said: book.explain(said["measure"], said.get("by"), said.get("period"), _limited(said)),
            {"measure": MEASURE, **FIGURES, "limit": COUNT},
            ("measure",),
        ),
        Tool(
            "stuck", Capability.ROWS, lambda book, said: book.explain("stuck", limit=_limited(said)), {"limit": COUNT}
        ),
        Tool("calls", Capability.ROWS, lambda book, said: book.deals_to_call(_limited(said)), ROWS),
        Tool("deal", Capability.ROWS, _deal, {"deal_id": TEXT}, ("deal_id",)),
        Tool(
            "customers",
            Capability.ROWS,
            lambda book, said: book.customers(said.get("period"), limit=_limited(said)),
            {"period": TEXT, "limit": COUNT},
        ),
        Tool(
            "plan",
            Capability.ROWS,
            lambda book, said: book.plan(said["target"], period=said.get("period")),
            {"target": COUNT, "period": TEXT},
            ("target",),
        ),
        Tool("forecast", Capability.ROWS, lambda book, said: book.forecast(by=said.get("by")), {"by": TEXT}),
        Tool("goals", Capability.ROWS, lambda book, said: book.goals.status(said.get("period")), {"period": TEXT}),
        Tool("levers", Capability.ROWS, lambda book, said: book.levers(said.get("period")), {"period": TEXT}),
        Tool("leaks", Capability.ROWS, lambda book, _said: book.leaks()),
        Tool("doctor", Capability.ROWS, lambda book, _said: book.doctor()),
    )
}
"""Every tool by its name."""


def answer(book: Book, tool: Tool, arguments: Arguments | None, lang: str) -> Json:
    """What a tool answers: the result as every face gives it, in an envelope that says that it is data.

    Names, notes and all words in it were written by customers, sellers and other programs. An agent must not take
    them for words to itself.

    Raises:
        YaadError: see the question.
    """
    found = tool.ask(book, tool.checked(arguments))
    return {
        "kind": "data",
        "as_of": book.as_of.isoformat(),
        "data": found.to_dict(lang) if isinstance(found, Result) else found,
    }
