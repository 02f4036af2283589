"""What a company's form offers: by name in the language of who looks, the likely ones first."""

from zoneinfo import available_timezones

import pytest
from babel.numbers import list_currencies

from yaad.server import choices


@pytest.mark.parametrize(
    ("offered", "lang", "first", "known"),
    [
        (choices.countries, "he", ("IL", "ישראל"), choices.known_countries()),
        (choices.countries, "en", ("IL", "Israel"), choices.known_countries()),
        (choices.currencies, "he", ("ILS", "שקל חדש (ILS)"), list_currencies()),
        (choices.currencies, "en", ("ILS", "Israeli New Shekel (ILS)"), list_currencies()),
        (choices.zones, "he", ("Asia/Jerusalem", "ישראל"), available_timezones()),
        (choices.zones, "en", ("Asia/Jerusalem", "Israel"), available_timezones()),
    ],
)
def test_each_is_offered_once_by_name_and_the_likely_ones_first(offered, lang, first, known):
    found = offered(lang)
    codes = [code for code, _name in (*found.likely, *found.others)]
    names = [name for _code, name in (*found.likely, *found.others)]
    assert found.likely[0] == first
    assert len(codes) == len(set(codes)) == len(set(names)) > 100
    assert set(codes) <= set(known)


@pytest.mark.parametrize("lang", ["he", "en"])
def test_what_is_no_country_is_not_offered(lang):
    unknown = {"he": "אזור לא ידוע", "en": "Unknown"}[lang]
    for offered in (choices.countries(lang), choices.zones(lang)):
        assert not any(unknown in name for _code, name in offered.others)
    assert not any(choices.countries(lang).has(code) for code in ("EU", "UN", "XA", "ZZ"))
    assert choices.countries(lang).has("CH")


def test_clocks_of_one_country_are_told_apart():
    told = dict(choices.zones("en").others)
    assert told["America/Chicago"] == "United States (Chicago)"
    assert told["Europe/Vienna"] == "Austria"


def test_what_a_company_said_before_stays_chosen(team):
    from yaad.server.models import Company

    company = Company.objects.filter(pk=team.here.id)
    (before,) = company.values_list("zone", flat=True)
    assert not choices.zones("he").has("Asia/Tel_Aviv")  # another name of Jerusalem's clock
    company.update(zone="Asia/Tel_Aviv")
    try:
        page = team.client("owner").get(f"{team.here.prefix}company/").content.decode()
    finally:
        company.update(zone=before)
    assert '<option value="Asia/Tel_Aviv" selected>' in page
    assert '<option value="ILS" selected>' in page
