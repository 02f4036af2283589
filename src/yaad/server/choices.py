"""What a company's form offers by name: countries, currencies and time zones, the likely ones first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from babel.numbers import get_currency_name, get_territory_currencies

COUNTRIES = ("IL", "US", "GB", "DE", "FR", "CY")
CURRENCIES = ("ILS", "USD", "EUR", "GBP")
ZONES = ("Asia/Jerusalem", "Europe/London", "Europe/Berlin", "Europe/Paris", "America/New_York", "UTC")
UTC = "UTC"
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of two letters beside the countries: unions, scripts of trials, and what is unknown."""


@dataclass(frozen=True)
class Choices:
    """Codes and what people call them.

    Attributes:
        likely: those that most choose.
        others: all others, by name.
    """

    likely: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]

    def has(self, code: str) -> bool:
        """Whether it is offered; a company may have said another one that is known as well."""
        return any(code == one for one, _name in (*self.likely, *self.others))


@cache
def countries(lang: str) -> Choices:
    """Two letters, and what the country is called."""
    territories = Locale.parse(lang).territories
    return _choices(COUNTRIES, {code: territories.get(code, code) for code in known_countries()})


@cache
def known_countries() -> frozenset[str]:
    """Two letters of each country."""
    codes = map(str, Locale.parse("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - NO_COUNTRIES


@cache
def currencies(lang: str) -> Choices:
    """Three letters, and what the currency is called; those that are paid in somewhere today."""
    codes = {code for country in get_global("territory_currencies") for code in get_territory_currencies(country)}
    return _choices(CURRENCIES, {code: f"{get_currency_name(code, locale=lang)} ({code})" for code in codes})


@cache
def zones(lang: str) -> Choices:
    """Time zone, and whose clock it is; each clock by one of its names."""
    again, frame = get_global("zone_aliases"), Locale.parse(lang).zone_formats["region"]
    before, _, behind = frame.partition("%s")  # "Israel Time": the place alone can be looked up by its first letters
    places = [one for one in available_timezones() if "/" in one and one not in again and not one.startswith("Etc/")]
    called = {
        zone: get_timezone_location(zone, locale=lang).removeprefix(before).removesuffix(behind) for zone in places
    }
    unknown = Locale.parse(lang).territories["ZZ"]
    called = {zone: name for zone, name in called.items() if unknown not in name}
    times = Counter(called.values())
    told = {zone: name if times[name] == 1 else f"{name} ({zone})" for zone, name in called.items()}
    return _choices(ZONES, told | {UTC: UTC})


def _choices(likely: Sequence[str], names: Mapping[str, str]) -> Choices:
    """The likely ones in their order, the others by name; those that the language has no name for come last."""
    others = sorted((name.startswith(code), name, code) for code, name in names.items() if code not in likely)
    return Choices(tuple((code, names[code]) for code in likely), tuple((code, name) for _, name, code in others))
