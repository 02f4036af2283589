"""The address of a customer among the company's own columns, by the words of their names."""

from collections.abc import Mapping

from yaad.text.searching import searchable

ADDRESS = ("address", "כתובת", "street")
"""Words of a column in which an address stands."""
OTHER = ("mail", "email", "web", "site", "ip", "url", "דואל", "דואר", "מייל", "אתר", "אימייל")
"""Words of columns with an address of another kind."""


def address_of(custom: Mapping[str, str]) -> str:
    """The address among the company's own columns; empty where there is none.

    >>> address_of({"E-mail address": "a@b.example", "כתובת הלקוח": "הרצל 5, חיפה"})
    'הרצל 5, חיפה'
    """
    for name, value in custom.items():
        words = searchable(name).split()
        said = {*words, *(word.removeprefix("ה") for word in words)}  # Hebrew writes “the” as a letter of the word
        if value and said & {searchable(one) for one in ADDRESS} and not said & {searchable(one) for one in OTHER}:
            return value.strip()
    return ""
