"""The customers as values, tables and sentences: who stopped or is due, who is still there, one customer in detail."""

from yaad.insight.customers import Bought, Customers, OneCustomer
from yaad.measures.cohorts import Cohort, Cohorts, Remaining
from yaad.measures.standing import RENEWAL_DAYS, STOPPED, Customer, Standing, State
from yaad.model import Cell
from yaad.show import phrases
from yaad.show.figures import Figures
from yaad.show.markup import tag
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said, say_html, say_plain
from yaad.show.tables import (
    NOTHING,
    Column,
    Kind,
    Shown,
    Table,
    count,
    date,
    days_said,
    figure,
    length,
    name,
    rate,
    text,
)
from yaad.text import Message, day, money, number, percent

SHADES = 10
"""Steps of colour of the table of those who are still there."""


class CustomersResult(Result):
    """The customers: ``{"customers", "new", "returning", "states": {…}, "figures": {…}, "list": [{…}], "cohorts"}``."""

    content_type = Customers
    content: Customers

    def to_dict(self, lang: str = "en") -> Json:
        """The counts, the figures, those with something to do, and who is still there by when they came."""
        found = self.content
        stands = found.standing
        return {
            "as_of": plain(found.as_of),
            "period": found.flow.period.to_dict() if found.flow.period else None,
            "customers": found.flow.customers,
            "new": found.flow.new,
            "returning": found.flow.returning,
            "by_contract": stands.by_contract,
            "unit": stands.unit,
            "margin": found.terms.margin,
            "states": {
                state.value: {"customers": stands.count(state), "at_stake": plain(stands.stake(state))}
                for state in State
            },
            "stopped_below": None if stands.by_contract else STOPPED,
            "really_stopped": plain(stands.sure()),
            "figures": {one["id"]: one for one in Figures(list(found.figures.values())).to_dict(lang)["measures"]},
            "list": [_row(one, stands, lang) for one in found.listed],
            "list_of": found.of,
            "cohorts": _cohorts(found.cohorts),
            "sentences": plain(lead(found, lang), lang),
            "notes": plain(notes(found, lang), lang),
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row a customer of the list."""
        return [_row(one, self.content.standing, "en") for one in self.content.listed]

    def table(self, lang: str = "en") -> Table:
        """One row a customer of the list, what it says in one sentence below."""
        found = self.content
        stands = found.standing
        rows = tuple(_shown(one, stands, lang) for one in found.listed)
        said: tuple[Said, ...] = (*lead(found, lang), *flow_said(found), *notes(found, lang))
        title = phrases.title(Message("customers.title"), found.as_of, found.flow.period, lang)
        return Table(lang, title, _columns(stands) if rows else (), rows, notes=said)


class CohortsResult(Result):
    """Who is still there, by when they came: ``{"every", "rows": [{"came", "n", "shares": […]}], "whole"}``."""

    content_type = Cohorts
    content: Cohorts

    def to_dict(self, lang: str = "en") -> Json:
        """One object a row."""
        return _cohorts(self.content) | {"notes": plain(cohort_notes(self.content), lang)}

    def records(self) -> list[dict[str, Cell]]:
        """One row a share."""
        return [
            {"came": row.name or None, "n": row.n, "age": age, **_share(one)}
            for row in (*self.content.rows, self.content.whole)
            for age, one in enumerate(row.shares, 1)
        ]

    def table(self, lang: str = "en") -> Table:
        """One row a time of coming, one column an age, all customers at the foot."""
        made = self.content
        columns = (
            Column("came", Message("customers.head_came"), Kind.NAME),
            Column("n", Message("customers.head_customers"), Kind.COUNT),
            *(Column(f"after_{age}", age_said(made, age), Kind.RATE) for age in range(1, made.ages + 1)),
        )
        rows = tuple(_cohort_cells(row, lang) for row in made.rows)
        total = _cohort_cells(made.whole, lang) if rows else None
        told = cohort_notes(made) if rows else phrases.NOTHING_HERE
        return Table(lang, Message("customers.h_cohorts"), columns if rows else (), rows, total, told)

    def html(self, lang: str = "en") -> str:
        """The table with each share as a shade; those that are no more than a hint are marked."""
        return cohorts_html(self.content, lang)


class OneCustomerResult(Result):
    """One customer: ``{"customer": {…}, "bought": [{"kind", "id", "day", "amount", …}], "low", "high"}``."""

    content_type = OneCustomer
    content: OneCustomer

    def to_dict(self, lang: str = "en") -> Json:
        """How the customer stands, and everything bought."""
        found = self.content
        return {
            "as_of": plain(found.as_of),
            "unit": found.unit,
            "margin": found.margin,
            "customer": _customer(found.customer, by_contract=found.by_contract, lang=lang),
            "low": plain(found.low),
            "high": plain(found.high),
            "bought": [_bought(one) for one in found.bought],
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row a purchase or contract."""
        return [_bought(one) for one in self.content.bought]

    def table(self, lang: str = "en") -> Table:
        """One row a purchase or contract, the latest first."""
        found = self.content
        with_end = any(one.until for one in found.bought)
        columns = (
            Column("kind", Message("customers.head_what"), Kind.TEXT),
            Column("id", Message("customers.head_id"), Kind.NAME),
            Column("day", Message("show.by_day"), Kind.DAY),
            *((Column("until", Message("customers.head_until"), Kind.DAY),) if with_end else ()),
            Column("amount", Message("customers.head_amount"), Kind.FIGURE),
            Column("owner", Message("show.by_owner"), Kind.NAME),
        )
        rows = tuple(
            (
                text(Message(f"customers.kind_{one.kind}"), lang),
                name(one.id),
                date(one.day, lang),
                *((date(one.until, lang),) if with_end else ()),
                figure(one.amount, one.currency, lang),
                name(one.owner),
            )
            for one in found.bought
        )
        stands = why_said(found.customer, lang, by_contract=found.by_contract)
        return Table(lang, Message("customers.one", {"name": found.customer.name}), columns, rows, notes=(stands,))


# ---- words ------------------------------------------------------------------------------------------------------


def lead(found: Customers, lang: str) -> tuple[Message, ...]:
    """The one thing that the customers say, how sure that is, and whom to call first."""
    if found.is_empty:
        return (Message("customers.unlock"),)
    stands = found.standing
    said = _lead_by_contract(stands) if stands.by_contract else _lead_by_purchases(stands)
    at_stake = [stands.stake(state) for state in (State.STOPPED, State.DUE)]
    told = [stake for stake in at_stake if stake is not None]
    if told and not stands.by_contract:
        values: dict[str, object] = {"stake": money(sum(told), stands.unit, lang)}
        said.append(Message("customers.lead_stake" if found.terms.margin is None else "customers.lead_margin", values))
    sure = stands.sure()
    if sure is not None:
        said.append(Message("customers.lead_sure", {"n": round(sure * 10)}))
    if found.listed and found.listed[0].state in (State.STOPPED, State.DUE):
        said.append(Message("customers.lead_first", {"name": found.listed[0].name}))
    return tuple(said)


def _lead_by_contract(stands: Standing) -> list[Message]:
    left, due = stands.count(State.STOPPED), stands.count(State.DUE)
    said = [Message("customers.lead_left", {"n": left}) if left else Message("customers.lead_nobody_left")]
    return said + ([Message("customers.lead_ending", {"n": due, "days": RENEWAL_DAYS})] if due else [])


def _lead_by_purchases(stands: Standing) -> list[Message]:
    stopped, due = stands.count(State.STOPPED), stands.count(State.DUE)
    if stands.no_chance is not None:
        said = [Message("customers.lead_untold", {"why": stands.no_chance})]
    elif stopped:
        said = [Message("customers.lead_stopped", {"n": stopped})]
    else:
        said = [Message("customers.lead_nobody_stopped")]
    key = "customers.lead_due" if said[0].key == "customers.lead_stopped" else "customers.lead_due_only"
    return said + ([Message(key, {"n": due})] if due else [])


def flow_said(found: Customers) -> tuple[Message, ...]:
    """Who came in the period."""
    flow = found.flow
    if found.is_empty or flow.period is None:
        return ()
    period: Said = flow.period.name if found.asked else Message("customers.last_year")
    key = "customers.flow_contract" if found.standing.by_contract else "customers.flow"
    values: dict[str, object] = {"n": flow.customers, "new": flow.new, "returning": flow.returning, "period": period}
    return (Message(key, values),)


def notes(found: Customers, lang: str) -> tuple[Message, ...]:
    """What to know: who cannot be told of, and why money is not told."""
    stands = found.standing
    if found.is_empty:
        return ()
    told: list[Message] = []
    once = stands.count(State.ONCE)
    if once:
        told.append(Message("customers.note_once", {"n": once}))
    if stands.no_worth is not None and stands.no_worth != stands.no_chance:
        told.append(Message("customers.note_no_stake", {"why": stands.no_worth}))
    if stands.by_contract:
        told.append(Message("customers.note_contract_money"))
    elif stands.no_worth is None:
        told.append(margin_said(found.terms.margin, lang))
    return tuple(told)


def margin_said(margin: float | None, lang: str) -> Message:
    """Whether the money is gross margin or revenue."""
    if margin is None:
        return Message("customers.no_margin")
    return Message("customers.in_margin", {"margin": percent(margin, lang)})


def state_said(state: State, *, by_contract: bool) -> Message:
    """How a customer stands, in words."""
    return Message(f"customers.contract_{state}" if by_contract else f"customers.state_{state}")


def why_said(one: Customer, lang: str, *, by_contract: bool) -> Message:
    """What it is seen by."""
    if by_contract:
        return _contract_said(one, lang)
    silent = days_said(one.silent_days or 0, lang)
    if one.state is State.ONCE:
        return Message("customers.why_once", {"silent": silent})
    values: dict[str, object] = {"usual": days_said(round(one.usual_days or 0), lang), "silent": silent}
    return Message("customers.why_own" if one.own else "customers.why_typical", values)


def _contract_said(one: Customer, lang: str) -> Message:
    if one.last_day is None or one.silent_days is None:
        return Message("customers.why_endless")
    if one.silent_days >= 0:
        return Message("customers.why_ended", {"days": days_said(one.silent_days, lang)})
    if one.state is State.DUE:
        return Message("customers.why_ends", {"days": days_said(-one.silent_days, lang)})
    return Message("customers.why_runs", {"day": day(one.last_day, lang)})


def total_said(*, by_contract: bool) -> Message:
    """What the money beside a customer is."""
    return Message("customers.kind_contract" if by_contract else "customers.head_total")


def do_said(one: Customer, *, by_contract: bool) -> Message | None:
    """What to do next; None where there is nothing to do."""
    if one.state not in (State.STOPPED, State.DUE):
        return None
    return Message(f"customers.do_contract_{one.state}" if by_contract else f"customers.do_{one.state}")


def alive_said(alive: float, lang: str) -> Message:
    """The chance to still buy."""
    return Message("customers.alive", {"chance": percent(alive, lang, 0)})


def worth_said(found: OneCustomer, lang: str) -> tuple[Message, ...]:
    """What one customer is still worth within a year, between what, and of what kind the money is."""
    one = found.customer
    if one.worth is None:
        return ()
    values: dict[str, object] = {"worth": money(one.worth, found.unit, lang)}
    if found.low is None or found.high is None:
        return (Message("customers.worth", values),)
    values |= {"low": money(found.low, found.unit, lang), "high": money(found.high, found.unit, lang)}
    return (Message("customers.worth_between", values), margin_said(found.margin, lang))


def age_said(made: Cohorts, age: int) -> Message:
    """The head of a column of ages."""
    return Message(f"customers.after_{made.every}", {"n": age})


def cohort_notes(made: Cohorts) -> tuple[Message, ...]:
    """How the table is read."""
    basis = Message("customers.cohorts_contract")
    if not made.by_contract and made.idle_days is None:
        return (Message("customers.cohorts_untold"),)
    if not made.by_contract:
        basis = Message("customers.cohorts_silence", {"n": made.idle_days})
    return (basis, Message("customers.cohorts_young"))


# ---- plain values -----------------------------------------------------------------------------------------------


def _row(one: Customer, stands: Standing, lang: str) -> dict[str, Cell]:
    return _customer(one, by_contract=stands.by_contract, lang=lang) | {"unit": stands.unit}


def _customer(one: Customer, *, by_contract: bool, lang: str) -> dict[str, Cell]:
    next_step = do_said(one, by_contract=by_contract)
    return {
        "customer": one.name,
        "state": one.state.value,
        "owner": one.owner,
        "phone": one.phone,
        "first_day": plain(one.first_day),
        "last_day": plain(one.last_day),
        "orders": one.orders,
        "total": plain(one.total),
        "usual_days": plain(one.usual_days),
        "usual_is_own": one.own,
        "silent_days": one.silent_days,
        "still_buying": plain(one.alive),
        "worth": plain(one.worth),
        "at_stake": plain(one.at_stake),
        "why": say_plain(why_said(one, lang, by_contract=by_contract), lang),
        "next_step": None if next_step is None else say_plain(next_step, lang),
        "asked_not": one.asked_not,
    }


def _bought(one: Bought) -> dict[str, Cell]:
    return {
        "kind": one.kind,
        "id": one.id,
        "day": plain(one.day),
        "until": plain(one.until),
        "amount": plain(one.amount),
        "currency": one.currency,
        "owner": one.owner,
    }


def _share(one: Remaining) -> dict[str, Cell]:
    return {
        "share": plain(one.value),
        "low": plain(one.low),
        "high": plain(one.high),
        "watched": one.watched,
        "early": one.early,
        "few": one.few,
    }


def _cohorts(made: Cohorts) -> Json:
    def row(cohort: Cohort) -> Json:
        return {"came": cohort.name or None, "n": cohort.n, "shares": [_share(one) for one in cohort.shares]}

    return {
        "every": made.every.value,
        "by_contract": made.by_contract,
        "idle_days": made.idle_days,
        "rows": [row(cohort) for cohort in made.rows],
        "whole": row(made.whole),
    }


# ---- cells ------------------------------------------------------------------------------------------------------


def _columns(stands: Standing) -> tuple[Column, ...]:
    chance = () if stands.by_contract else (Column("still_buying", Message("customers.head_alive"), Kind.RATE),)
    return (
        Column("customer", Message("show.by_account"), Kind.NAME),
        Column("state", Message("customers.head_state"), Kind.TEXT),
        Column("why", Message("show.head_why"), Kind.TEXT),
        *chance,
        Column("at_stake", Message("customers.head_stake"), Kind.FIGURE),
        Column("total", total_said(by_contract=stands.by_contract), Kind.FIGURE),
        Column("orders", Message("customers.head_orders"), Kind.COUNT),
        Column("silent_days", Message("customers.head_silent"), Kind.DAYS),
        Column("owner", Message("show.by_owner"), Kind.NAME),
        Column("phone", Message("show.head_phone"), Kind.NAME),
        Column("next_step", Message("show.head_next"), Kind.TEXT),
    )


def _shown(one: Customer, stands: Standing, lang: str) -> tuple[Shown, ...]:
    by_contract = stands.by_contract
    next_step = do_said(one, by_contract=by_contract)
    return (
        name(one.name),
        text(state_said(one.state, by_contract=by_contract), lang),
        text(why_said(one, lang, by_contract=by_contract), lang),
        *(() if by_contract else (rate(one.alive, lang),)),
        figure(None if one.at_stake is None else round(one.at_stake, 2), stands.unit, lang),
        figure(one.total, stands.unit, lang),
        count(one.orders, lang),
        length(one.silent_days, lang),
        name(one.owner),
        Shown(one.phone, one.phone or (Message(f"opt_outs.is_{one.asked_not}") if one.asked_not else "")),
        text("" if next_step is None else next_step, lang),
    )


def _cohort_cells(row: Cohort, lang: str) -> tuple[Shown, ...]:
    came = Shown(row.name, row.name) if row.name else Shown(None, Message("customers.everybody"))
    return (came, count(row.n, lang), *(_share_cell(one, lang) for one in row.shares))


def _share_cell(one: Remaining, lang: str) -> Shown:
    if one.value is None:
        return Shown(None, NOTHING)
    said = percent(one.value, lang, 0)
    if one.few:
        return Shown(one.value, Message("customers.share_few", {"rate": said}))
    return Shown(one.value, Message("show.rate_early", {"rate": said}) if one.early else said)


def cohorts_html(made: Cohorts, lang: str) -> str:
    """The table of those who are still there; the darker, the more."""
    if not made.rows:
        return ""
    heads = [Message("customers.head_came"), Message("customers.head_customers")]
    heads += [age_said(made, age) for age in range(1, made.ages + 1)]
    head = "".join(
        tag("th", say_html(one, lang), scope="col", class_=None if place == 0 else "num")
        for place, one in enumerate(heads)
    )
    body = "".join(_cohort_row(row, lang) for row in made.rows)
    foot = tag("tfoot", _cohort_row(made.whole, lang))
    table = tag("table", tag("thead", tag("tr", head)) + tag("tbody", body) + foot, class_="mapt coh")
    label = say_plain(Message("customers.h_cohorts"), lang)
    return tag("div", table, class_="tw", tabindex="0", role="group", aria_label=label)


def _cohort_row(row: Cohort, lang: str) -> str:
    came: Said = row.name or Message("customers.everybody")
    cells = tag("th", say_html(came, lang), scope="row") + tag("td", say_html(number(row.n, lang), lang), class_="num")
    return tag("tr", cells + "".join(_share_td(one, lang) for one in row.shares))


def _share_td(one: Remaining, lang: str) -> str:
    if one.value is None:
        return tag("td", say_html(NOTHING, lang), class_="num none")
    shown = say_html(percent(one.value, lang, 0), lang)
    looks = f"num h{round(one.value * SHADES)}"
    if not (one.early or one.few):
        return tag("td", shown, class_=looks)
    hint = Message("customers.hint_few" if one.few else "customers.hint_early", {"n": one.watched})
    said = say_plain(hint, lang)
    return tag("td", shown + tag("span", say_html(hint, lang), class_="sr"), class_=f"{looks} hint", title=said)
