"""Numbers as people write them: which sign is the decimal point, by evidence over the whole column, asked otherwise."""

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Literal

import numpy as np
import pyarrow as pa

from yaad.errors import Question
from yaad.intake.arrow import Codes, Mask, codes, mask, pc, picked, whole
from yaad.intake.deciding.dates import NO_VALUE, STRAY
from yaad.intake.deciding.days import plain_digits
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.moments import cleaned
from yaad.model import Tax
from yaad.model.tables import AMOUNT
from yaad.text import Message

Point = Literal[".", ","]

BAD, TOO_LARGE = "intake.rejected_bad_number", "intake.rejected_too_large"
PERCENT = "intake.rejected_percent"
CURRENCIES = {
    "₪": "ILS", "ש\"ח": "ILS", "ש״ח": "ILS", "שח": "ILS", "ש'ח": "ILS", "שקל": "ILS", "שקלים": "ILS",
    "nis": "ILS", "ils": "ILS",
    "$": "USD", "us$": "USD", "usd": "USD", "דולר": "USD",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "יורו": "EUR", "אירו": "EUR",
    "£": "GBP", "gbp": "GBP",
}  # fmt: skip
"""Signs and words of money → ISO code."""
WORDS = sorted(CURRENCIES, key=len, reverse=True)
SIGN = re.compile("|".join(map(re.escape, WORDS)), re.IGNORECASE)
CODE = re.compile(r"^([A-Z]{3})(?=[\s\d])|(?<=[\s\d])([A-Z]{3})$")
MINUSES = ("-", "\u2212", "\u2013", "\u2012", "\uff0d", "\ufe63")
CORE = re.compile(r"\d[\d.,]*|[.,]\d+")
GROUPED = {sign: re.compile(rf"[1-9]\d{{0,2}}(?:{re.escape(sign)}\d{{3}})+") for sign in ".,"}
PLAIN = r"^-?\d+(\.\d*)?$"
NOT_THREE = r"(\.\d{1,2}|\.\d{4,})$"
VAT = r"(?:מע[\"״'׳’]?מ|vat)"
NET = re.compile(
    rf"[(\[]?\s*(?:\+|פלוס|בתוספת|לפני|ללא|בלי|לא כולל|plus|before|excl\.?|excluding|ex\.?)\s*{VAT}\s*[)\]]?",
    re.IGNORECASE,
)
GROSS = re.compile(rf"[(\[]?\s*(?:כולל|אחרי|incl\.?|including|with)\s*{VAT}\s*[)\]]?", re.IGNORECASE)
"""Words beside an amount that say whether VAT is in it."""
ABOUT = re.compile(r"^(?:כ\s*[-־–]\s*|~|≈|בערך\s+|about\s+)(?=\d)", re.IGNORECASE)
TIMES = {"אלף": 1_000, "אלפים": 1_000, "k": 1_000, "מיליון": 1_000_000, "מליון": 1_000_000, "m": 1_000_000}
TIMED = re.compile(rf"(?<=\d)\s*({'|'.join(TIMES)})$", re.IGNORECASE)
SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’`\u066c]+")


@dataclass(frozen=True)
class Written:
    """One number as written, not yet read: sign, digits with their points and commas, currency, percent.

    Attributes:
        core: the digits.
        negative: below zero.
        currency: ISO code.
        percent: a percent sign stands beside it.
        tax: net or gross, where the cell says so.
        times: what a word beside it multiplies it by (15 אלף).
        about: it is written as about so much.
    """

    core: str
    negative: bool = False
    currency: str | None = None
    percent: bool = False
    tax: str | None = None
    times: int = 1
    about: bool = False


@dataclass(frozen=True)
class Numbers:
    """A column of numbers taken apart: its distinct texts, or its values where they leave no doubt.

    Attributes:
        texts: distinct texts.
        number_of: row → place in `texts`; -1 where there is no value.
        written: each of `texts`; None where it is no number.
        exact: the values themselves, where typed or plain.
        amounts: they are amounts: what is written with a percent sign is none.
    """

    texts: list[str]
    number_of: Codes
    written: list[Written | None]
    exact: pa.Array | None = None
    typed: bool = False
    amounts: bool = False

    def weights(self) -> list[int]:
        """How many rows have each of `texts`."""
        found = np.bincount(self.number_of[self.number_of >= 0], minlength=len(self.texts))
        return [int(count) for count in found]


@dataclass(frozen=True)
class AmountDecision:
    """How to read a column of numbers.

    Attributes:
        point: the decimal sign; None while it is open.
        how: how we know.
        currencies: ISO code → rows that carry its sign.
        null_words: texts of this column that mean no value.
        question: set where the data do not decide.
        numbers: share of the values that are numbers at all.
    """

    point: Point | None
    how: Message
    currencies: dict[str, int] = field(default_factory=dict)
    null_words: tuple[str, ...] = ()
    question: Question | None = None
    numbers: float = 1.0


@dataclass(frozen=True)
class Amounts:
    """A column of numbers as read.

    Attributes:
        values: exact decimals.
        currency: ISO code beside each number, null where it stands alone.
        tax: net or gross where the cell says so, else null.
        faults: reason → rows that could not be read.
        rounded: rows with more decimals than the book keeps.
        percent: rows written with a percent sign.
        about: rows written as about so much.
    """

    values: pa.Array
    currency: pa.Array
    tax: pa.Array
    faults: dict[str, Mask]
    rounded: int
    percent: Mask
    about: int = 0


def take_numbers_apart(column: pa.ChunkedArray, null_words: tuple[str, ...] = (), *, amounts: bool = False) -> Numbers:
    """Distinct texts of a column of numbers; a typed or doubtless column is read at once.

    Args:
        column: as the file writes it.
        null_words: texts that mean no value.
        amounts: the numbers count something, so that a percentage is no value of the column.
    """
    kind = column.type
    none = np.full(len(column), -1, np.int32)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        exact = _typed(whole(column))
        if exact is not None:
            return Numbers([], none, [], exact, typed=True)
    text = cleaned(column, null_words)
    exact = _doubtless(text)
    if exact is not None:
        return Numbers([], none, [], exact)
    number_of, distinct = codes(text)
    texts = distinct.to_pylist()
    return Numbers(texts, number_of, [write_apart(one) for one in texts], amounts=amounts)


def _typed(column: pa.Array) -> pa.Array | None:
    try:
        plain = pc.round(column, ndigits=4) if pa.types.is_floating(column.type) else column
        return plain.cast(AMOUNT, safe=not pa.types.is_floating(column.type))
    except pa.ArrowInvalid:
        return None


def _doubtless(text: pa.Array) -> pa.Array | None:
    """Whole numbers, or points of which at least one has not exactly three digits after it: nothing to decide."""
    dotted = mask(pc.match_substring(text, "."))
    if dotted.any() and not mask(pc.match_substring_regex(text, NOT_THREE)).any():
        return None
    if not pc.all(pc.match_substring_regex(text, pattern=PLAIN)).as_py():
        return None
    try:
        return text.cast(AMOUNT)
    except pa.ArrowInvalid:
        return None


def write_apart(text: str) -> Written | None:
    """Sign, digits and currency of one text; None when it is no number.

    >>> write_apart("₪1,234.50-"), write_apart("(500)")
    (Written(core='1,234.50', negative=True, currency='ILS', percent=False, tax=None, times=1, about=False),
     Written(core='500', negative=True, currency=None, percent=False, tax=None, times=1, about=False))
    """
    plain, tax = _without_tax(plain_digits(text).strip().replace("٫", "."))
    currency = None
    if found := SIGN.search(plain):
        currency = CURRENCIES[found[0].lower()]
        plain = SIGN.sub("", plain, count=1)
    elif found := CODE.search(plain):
        currency = found[1] or found[2]
        plain = CODE.sub("", plain, count=1)
    about = ABOUT.match(plain := plain.strip()) is not None
    plain = ABOUT.sub("", plain)
    timed = TIMED.search(plain)
    plain = TIMED.sub("", plain)
    percent = "%" in plain
    plain = SPACES.sub("", plain.replace("%", ""))
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain.strip("()") if negative else plain
    if plain.startswith(MINUSES) or plain.endswith(MINUSES):
        negative = True
        plain = plain.strip("".join(MINUSES))
    core = plain.removeprefix("+")
    if not CORE.fullmatch(core):
        return _scientific(core, negative=negative, currency=currency)
    return Written(core, negative, currency, percent, tax, TIMES[timed[1].lower()] if timed else 1, about)


def _without_tax(text: str) -> tuple[str, str | None]:
    """A text without its words on VAT, and what they say."""
    for tax, words in ((Tax.NET.value, NET), (Tax.GROSS.value, GROSS)):
        if found := words.search(text):
            return f"{text[: found.start()]} {text[found.end() :]}".strip(), tax
    return text, None


def _scientific(core: str, *, negative: bool, currency: str | None) -> Written | None:
    if not re.fullmatch(r"\d+(?:\.\d+)?[eE][+-]?\d{1,2}", core):
        return None
    plain = format(Decimal(core), "f")
    return Written(plain if len(plain.partition(".")[2]) != 3 else plain + "0", negative, currency)


def _votes(core: str) -> str:
    """What one number shows: ``.`` or ``,`` is the decimal point, ``?.`` or ``?,`` could be either, or nothing."""
    points, commas = core.count("."), core.count(",")
    if points and commas:
        return "." if core.rfind(".") > core.rfind(",") else ","
    if not points and not commas:
        return "small" if len(core) <= 3 else "large"
    sign, other = (".", ",") if points else (",", ".")
    if max(points, commas) > 1:
        return other
    return f"?{sign}" if GROUPED[sign].fullmatch(core) else sign


def decide_amounts(parts: Numbers, header: str, *, told: Point | None = None) -> AmountDecision:
    """Decide which sign is the decimal point of a column.

    A number with both signs, with a sign twice, or with other than three digits after its only sign decides. Where
    every group after a comma has three digits, the comma parts thousands if small numbers stand without one and no
    large one does, or if a currency stands beside the numbers; else it is asked. A point is never taken so on faith.
    """
    if parts.exact is not None:
        return AmountDecision(".", Message("intake.how_numbers_typed" if parts.typed else "intake.how_numbers_plain"))
    votes: Counter[str] = Counter()
    currencies: Counter[str] = Counter()
    empty: list[str] = []
    lost = 0
    for text, written, weight in zip(parts.texts, parts.written, parts.weights(), strict=True):
        if written is None:
            empty += [text] if fold(text) in NO_VALUE or not fold(text).strip(" -") else []
            lost += weight if text not in empty else 0
            continue
        if parts.amounts and written.percent:
            lost += weight
            continue
        votes[_votes(written.core)] += weight
        currencies[written.currency or ""] += weight
    known = {code: count for code, count in currencies.items() if code}
    total = votes.total() + lost
    share = votes.total() / total if total else 1.0
    if told is not None:
        return AmountDecision(told, Message("intake.how_told", {"value": told}), known, tuple(empty), None, share)
    point, how = _point(votes, signed=bool(known))
    question = _ask(votes, parts, header) if point is None else None
    return AmountDecision(point, how, known, tuple(empty), question, share)


def _point(votes: Counter[str], *, signed: bool) -> tuple[Point | None, Message]:
    """The decimal sign, and how we know; None when it must be asked."""
    dot, comma = votes["."], votes[","]
    if min(dot, comma) > STRAY * (dot + comma) or (votes["?,"] and votes["?."] and not dot and not comma):
        return None, Message("intake.how_open")
    if dot or comma:
        key = "intake.how_point" if dot > comma else "intake.how_comma"
        return "." if dot > comma else ",", Message(key, {"n": max(dot, comma)})
    return _grouped(votes, signed=signed)


def _grouped(votes: Counter[str], *, signed: bool) -> tuple[Point | None, Message]:
    """Columns in which every point or comma stands before three digits."""
    count = votes["?,"] or votes["?."]
    if not count:
        return ".", Message("intake.how_numbers_plain")
    if signed:
        return "." if votes["?,"] else ",", Message("intake.how_thousands_money", {"n": count})
    if votes["?,"] and votes["small"] and not votes["large"]:
        return ".", Message("intake.how_thousands", {"n": count, "small": votes["small"]})
    return None, Message("intake.how_open")


def _ask(votes: Counter[str], parts: Numbers, header: str) -> Question:
    """The question, with what the numbers show and one of them read both ways."""
    doubtful = (w.core for w in parts.written if w is not None and _votes(w.core).startswith("?"))
    mixed = (w.core for w in parts.written if w is not None and _votes(w.core) in ".,")
    example = next(doubtful, None) or next(mixed)
    evidence = Message(
        "intake.evidence_numbers", {"n": votes["?,"] + votes["?."], "small": votes["small"], "large": votes["large"]}
    )
    options: dict[str, Message] = {}
    for name, point in (("point", "."), ("comma", ",")):
        value = _read(Written(example), point)  # type: ignore[arg-type]  # a point or a comma
        options[name] = Message(
            f"intake.option_{name}", {"example": example, "value": str(value) if isinstance(value, Decimal) else "?"}
        )
    text = Message("intake.ask_decimal", {"column": header, "example": example})
    return Question(f"decimal:{header}", text, (evidence,), options, f'decimal: {{"{header}": point}}')


def _read(written: Written | None, point: Point) -> Decimal | str:
    """The exact value of one number, or the key of the reason why not."""
    if written is None:
        return BAD
    other = "," if point == "." else "."
    number, found, decimals = written.core.partition(point)
    if other in decimals or point in decimals:
        return BAD
    if other in number:
        if not GROUPED[other].fullmatch(number):
            return BAD
        number = number.replace(other, "")
    try:
        value = Decimal(f"{number or 0}{'.' if found else ''}{decimals}")
    except InvalidOperation:
        return BAD
    value *= written.times
    if value >= 10**14:
        return TOO_LARGE
    return -value if written.negative else value


def read_amounts(parts: Numbers, point: Point) -> Amounts:
    """All rows' numbers by one decimal sign; what does not fit it is a fault, never guessed."""
    rows = len(parts.number_of)
    if parts.exact is not None:
        nothing = pa.nulls(rows, pa.string())
        return Amounts(parts.exact, nothing, nothing, {}, 0, np.zeros(rows, np.bool_))
    percents = np.array([written is not None and written.percent for written in parts.written], np.bool_)
    read = [_read(written, point) for written in parts.written]
    if parts.amounts:
        read = [PERCENT if signed else value for value, signed in zip(read, percents.tolist(), strict=True)]
    step = Decimal("0.0001")
    values = [value.quantize(step, ROUND_HALF_EVEN) if isinstance(value, Decimal) else None for value in read]
    rounded = np.array([b is not None and a != b for a, b in zip(read, values, strict=True)], np.bool_)
    faults = {
        reason: _rows(np.array([value == reason for value in read], np.bool_), parts.number_of)
        for reason in (BAD, TOO_LARGE, PERCENT)
        if reason in read
    }
    currencies = pa.array([written.currency if written else None for written in parts.written], pa.string())
    taxes = pa.array([written.tax if written else None for written in parts.written], pa.string())
    about = np.array([written is not None and written.about for written in parts.written], np.bool_)
    return Amounts(
        about=int(_rows(about, parts.number_of).sum()),
        values=picked(pa.array(values, AMOUNT), parts.number_of),
        currency=picked(currencies, parts.number_of),
        tax=picked(taxes, parts.number_of),
        faults=faults,
        rounded=int(_rows(rounded, parts.number_of).sum()),
        percent=_rows(percents, parts.number_of),
    )


def _rows(of_texts: Mask, number_of: Codes) -> Mask:
    return np.asarray(np.append(of_texts, np.False_)[number_of], np.bool_)
