"""A demo company as tables of text, each under the heads of its own files: what an export of its systems holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from yaad.demo.company import CENT, Company
from yaad.demo.targets import targets_of

Row = list[str]


@dataclass(frozen=True)
class Sheet:
    """One table.

    Attributes:
        kind: what its rows are, as ``--as`` names it; also the name of its file.
        columns: our field → head of the column.
        rows: cells as text, one list a row.
    """

    kind: str
    columns: dict[str, str]
    rows: list[Row]

    @property
    def head(self) -> Row:
        """The line of heads."""
        return list(self.columns.values())


def sheets_of(company: Company) -> list[Sheet]:
    """All tables, in the order in which they are best imported: deals first, so that nothing waits for its deal."""
    rows = {
        "deals": _deals(company),
        "stage_history": _stage_history(company),
        "products": _products(company),
        "accounts": _accounts(company),
        "orders": _orders(company),
        "lines": _lines(company),
        "activities": _activities(company),
        "calls": _calls(company),
        "targets": _targets(company),
    }
    return [Sheet(kind, company.pack.heads[kind], list(lines)) for kind, lines in rows.items()]


def deal_id(deal: int) -> str:
    """The company's id of a deal."""
    return f"D-{deal + 1:05d}"


def _at(company: Company, at: float) -> str:
    return f"{company.moment(at):%Y-%m-%d %H:%M:%S}"


def _products(company: Company) -> Iterator[Row]:
    for number, item in enumerate(company.pack.items, 1):
        yield [f"P-{number:03d}", item.name, item.category, str(item.price)]


def _accounts(company: Company) -> Iterator[Row]:
    seen: set[str] = set()
    for customer in company.customers:
        if customer.id not in seen:
            seen.add(customer.id)
            yield [customer.id, customer.name, customer.sector, customer.city, customer.phone, customer.email]


def _deals(company: Company) -> Iterator[Row]:
    history = company.history
    moves, names = history.moves(), history.stage_names
    firsts = np.flatnonzero(np.diff(moves.deal, prepend=-1))
    lasts = np.flatnonzero(np.diff(moves.deal, append=-1))
    rng = np.random.default_rng(len(lasts))
    for deal, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        now = int(moves.stage[last])
        is_open = now < len(history.world.steps)
        created, moved = (company.moment(moves.second[place] / 86_400) for place in (first, last))
        expected = created.date() + timedelta(days=int(rng.normal(65, 18)))
        next_step = company.pack.next_steps[int(rng.integers(len(company.pack.next_steps)))]
        yield [
            deal_id(deal),
            *_who(company, deal),
            *_what(company, deal),
            names[now],
            _amount(company, deal),
            f"{created:%Y-%m-%d %H:%M:%S}",
            "" if is_open else f"{moved:%Y-%m-%d %H:%M:%S}",
            expected.isoformat(),
            next_step if is_open and rng.random() < 0.88 else "",
            _reason(company, deal, now),
            *_about(company, deal),
        ]


def _who(company: Company, deal: int) -> Sequence[str]:
    """Name of the deal, customer, contact, phone, mail, person who sells, branch."""
    customer, paths = company.customers[deal], company.history.paths
    solution = company.history.world.products[int(paths.product[deal])].name
    rep = company.history.world.reps[int(paths.rep[deal])]
    name = f"{solution} – {customer.name}"
    return name, customer.name, customer.contact, customer.phone, customer.email, rep.name, rep.branch


def _what(company: Company, deal: int) -> Sequence[str]:
    """Source, campaign, product."""
    world, paths = company.history.world, company.history.paths
    groups = ((world.sources, paths.source), (world.campaigns, paths.campaign), (world.products, paths.product))
    return [group[int(chosen[deal])].name for group, chosen in groups]


def _about(company: Company, deal: int) -> Sequence[str]:
    """Sector, city, employees: columns of the company's own."""
    customer = company.customers[deal]
    return customer.sector, customer.city, str(customer.employees)


def _amount(company: Company, deal: int) -> str:
    amount = company.history.paths.amount[deal]
    return "" if np.isnan(amount) else f"{amount:.2f}"


def _reason(company: Company, deal: int, now: int) -> str:
    """The reason of a loss; a closing that did not last has none yet."""
    reason = int(company.history.paths.lost_reason[deal])
    is_lost = now > len(company.history.world.steps)
    return company.history.world.lost_reasons[reason].name if is_lost and reason >= 0 else ""


def _stage_history(company: Company) -> Iterator[Row]:
    moves, names = company.history.moves(), company.history.stage_names
    for deal, second, stage in zip(moves.deal, moves.second, moves.stage, strict=True):
        yield [deal_id(int(deal)), names[int(stage)], _at(company, second / 86_400), company.owner(int(deal))]


def _orders(company: Company) -> Iterator[Row]:
    for number, order in enumerate(company.orders, 1):
        yield [
            f"O-{number:05d}",
            deal_id(order.deal) if order.first else "",
            company.customers[order.deal].name,
            company.owner(order.deal),
            f"{company.moment(order.at):%Y-%m-%d}",
            str(order.amount.quantize(CENT)),
        ]


def _lines(company: Company) -> Iterator[Row]:
    number = 0
    for order_number, order in enumerate(company.orders, 1):
        for line in order.lines:
            number += 1
            cells = (line.product, line.quantity, line.price, line.discount.normalize())
            yield [f"L-{number:06d}", f"O-{order_number:05d}", *map(str, cells)]


def _activities(company: Company) -> Iterator[Row]:
    rng = np.random.default_rng(len(company.touches.deal))
    texts = company.pack.next_steps
    for number, (deal, at, kind) in enumerate(
        zip(company.touches.deal, company.touches.at, company.touches.kind, strict=True), 1
    ):
        who = company.owner(int(deal))
        text = texts[int(rng.integers(len(texts)))]
        yield [f"T-{number:06d}", deal_id(int(deal)), company.pack.touches[int(kind)], _at(company, at), who, text]


def _targets(company: Company) -> Iterator[Row]:
    for owner, month, amount in targets_of(company):
        yield [owner, f"{month:%Y-%m}", str(amount)]


def _calls(company: Company) -> Iterator[Row]:
    calls = company.calls
    for number, (deal, at, outgoing, seconds) in enumerate(
        zip(calls.deal, calls.at, calls.outgoing, calls.seconds, strict=True), 1
    ):
        yield [
            f"C-{number:06d}",
            deal_id(int(deal)),
            company.owner(int(deal)),
            company.customers[int(deal)].phone,
            company.pack.calls[int(outgoing)],
            _at(company, at),
            str(seconds),
        ]
