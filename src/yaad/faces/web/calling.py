"""The deals to call as rows of a file and as an object."""

from collections.abc import Sequence

from yaad.insight import CallDeal
from yaad.show import Column, Kind, Shown, Table, plain
from yaad.show.tables import figure, name, text
from yaad.text import Message

COLUMNS = (
    Column("name", Message("web.col_deal"), Kind.NAME),
    Column("owner", Message("show.by_owner"), Kind.NAME),
    Column("stage", Message("web.col_stage"), Kind.NAME),
    Column("amount", Message("web.col_value"), Kind.FIGURE),
    Column("currency", Message("web.col_currency"), Kind.NAME),
    Column("phone", Message("web.col_phone"), Kind.NAME),
    Column("why", Message("web.col_why"), Kind.TEXT),
    Column("next_step", Message("web.col_next"), Kind.TEXT),
)


def table(deals: Sequence[CallDeal], lang: str) -> Table:
    """One row a deal, the one to call first on top."""
    rows = tuple(
        (
            name(deal.name),
            _name(deal.owner),
            name(deal.stage),
            figure(deal.amount, deal.currency, lang),
            _name(deal.currency),
            _name(deal.phone),
            text(deal.why, lang),
            text(deal.next_step, lang),
        )
        for deal in deals
    )
    return Table(lang, Message("web.h_calls"), COLUMNS, rows)


def _name(value: str | None) -> Shown:
    return Shown(value, value) if value else Shown(None, "")


def to_dict(deals: Sequence[CallDeal], lang: str) -> dict[str, object]:
    """``{"deals": [{"deal_id", "name", "owner", "stage", "amount", "currency", "phone", "why", "next_step"}]}``."""
    return {
        "deals": [
            {
                "deal_id": deal.deal_id,
                "name": deal.name,
                "owner": deal.owner,
                "stage": deal.stage,
                "amount": plain(deal.amount),
                "currency": deal.currency,
                "phone": deal.phone,
                "days": plain(deal.days),
                "why": plain(deal.why, lang),
                "next_step": plain(deal.next_step, lang),
            }
            for deal in deals
        ]
    }
