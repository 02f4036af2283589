"""Words and figures in templates: always escaped, each name and number isolated in its own direction."""

import datetime as dt

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from yaad.faces.web.static_files import ASSETS
from yaad.show.phrases import team_said
from yaad.show.speech import Said, say_html, say_plain
from yaad.show.tables import days_said
from yaad.text import Message, day, moment, money, number, percent

register = template.Library()


def language() -> str:
    """The language of the answer that is being written."""
    return get_language() or "en"


def _value(value: object) -> object:
    """A value on its way into a sentence: days are written as people write them."""
    return day(value, language()) if isinstance(value, dt.date) else value


def message(key: str, values: dict[str, object]) -> Message:
    """A message of the catalogue with its values."""
    return Message(key, {name: _value(value) for name, value in values.items()})


@register.simple_tag
def say(key: str, **values: object) -> SafeString:
    """A sentence of the catalogue: ``{% say "web.key" name=value %}``."""
    return SafeString(say_html(message(key, values), language()))


@register.simple_tag
def say_text(key: str, **values: object) -> str:
    """The same as bare text, for attributes and titles."""
    return say_plain(message(key, values), language())


@register.filter
def said(value: Said) -> SafeString:
    """A message, a name or a number that a room below made."""
    return SafeString(say_html(value, language()))


def _or_dash(value: object, text: Said) -> SafeString:
    return SafeString(say_html("–" if value is None else text, language()))


@register.filter(name="team_said")
def team_(name: str) -> Said:
    """A team that somebody belongs to, in a line about them."""
    return team_said("people.of_team", name, language())


@register.filter
def n(value: float | None) -> SafeString:
    """A number."""
    return _or_dash(value, "" if value is None else number(value, language()))


@register.filter
def pct(value: float | None) -> SafeString:
    """A rate of 0–1 as a percentage."""
    return _or_dash(value, "" if value is None else percent(value, language()))


@register.filter(name="money")
def money_(value: float | None, unit: str | None = None) -> SafeString:
    """An amount, shortened as people say it."""
    return _or_dash(value, "" if value is None else money(value, unit, language()))


@register.filter
def days(value: float | None) -> SafeString:
    """A length of time with its word."""
    return _or_dash(value, "" if value is None else days_said(value, language()))


@register.filter(name="day")
def day_(value: dt.date | None) -> SafeString:
    """A date."""
    return _or_dash(value, "" if value is None else day(value, language()))


@register.filter(name="moment")
def moment_(value: dt.datetime | None) -> SafeString:
    """A day and its time, by the clock that the value carries."""
    return _or_dash(value, "" if value is None else moment(value, language()))


@register.simple_tag
def asset(name: str) -> str:
    """The address of one of our files."""
    return ASSETS.address(name)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite; it is decoration, words stand beside it."""
    where = escape(ASSETS.address("icons.svg"))
    classes = escape(f"i {extra}".strip())
    return SafeString(
        f'<svg class="{classes}" aria-hidden="true" focusable="false"><use href="{where}#{escape(name)}"></use></svg>'
    )
