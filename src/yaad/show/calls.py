"""The deals to call: who, why, and the next step."""

from yaad.insight import CallDeal
from yaad.model import Cell
from yaad.show.results import Json, Result, plain
from yaad.show.tables import Column, Kind, Shown, Table, figure, name, text
from yaad.text import Message


class Calls(Result):
    """``{"deals": [{"deal_id", "name", "owner", "stage", "amount", "currency", "phone", "days", "why", …}]}``."""

    content_type = CallDeal
    content: list[CallDeal]

    def to_dict(self, lang: str = "en") -> Json:
        """One object a deal, the one to call first on top."""
        return {"deals": [_row(deal, lang) for deal in self.content]}

    def records(self) -> list[dict[str, Cell]]:
        """One row a deal."""
        return [_row(deal, "en") for deal in self.content]

    def table(self, lang: str = "en") -> Table:
        """One row a deal, the one to call first on top."""
        return Table(lang, Message("show.calls"), _COLUMNS, tuple(_shown(deal, lang) for deal in self.content))


_COLUMNS = (
    Column("name", Message("show.head_deal"), Kind.NAME),
    Column("deal_id", Message("show.head_deal_id"), Kind.NAME),
    Column("owner", Message("show.by_owner"), Kind.NAME),
    Column("stage", Message("show.head_stage"), Kind.NAME),
    Column("amount", Message("show.head_worth"), Kind.FIGURE),
    Column("currency", Message("show.head_currency"), Kind.NAME),
    Column("phone", Message("show.head_phone"), Kind.NAME),
    Column("why", Message("show.head_why"), Kind.TEXT),
    Column("next_step", Message("show.head_next"), Kind.TEXT),
)


def _row(deal: CallDeal, lang: str) -> dict[str, Cell]:
    return {
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


def _shown(deal: CallDeal, lang: str) -> tuple[Shown, ...]:
    return (
        name(deal.name),
        name(deal.deal_id),
        _name(deal.owner),
        name(deal.stage),
        figure(deal.amount, deal.currency, lang),
        _name(deal.currency),
        _name(deal.phone),
        text(deal.why, lang),
        text(deal.next_step, lang),
    )


def _name(value: str | None) -> Shown:
    return Shown(value, value) if value else Shown(None, "")
