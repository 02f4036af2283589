"""The two catalogues are complete, in every plural form, and speak plainly."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from yaad.text import LANGUAGES

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "src" / "yaad" / "text" / "locale"
DOMAINS = sorted({path.stem for path in LOCALE.glob("*/*.po")})
PLURALS = {"he": 3, "en": 2}

# Words of the method; they stand behind "why this number?" (keys that end in .rule or .method), never before it.
FORBIDDEN = {
    "en": [
        "kaplan.meier", r"confidence", "censored", "cohort", "posterior", "median", "significan(t|ce)",
        "wape", r"p\(best\)", r"p\(alive\)", "n80", "fdr",
    ],
    "he": ["קפלן.מאייר", "רווח סמך", "טווח סמך", "אומדן", "חציון", "בייס", "מובהקות", "צנזור", "קוהורט"],
}  # fmt: skip
BORROWED = r"אנטר|טוקנ|טוקן|[Ww]ebhook|אימייל|דוא[״\"]ל|דואר אלקטרוני"
"""Words for which Hebrew has a plainer one; an address of mail is called מייל wherever it stands."""
FOR_MAKERS = {"outgoing.lead"}
"""Who makes programs looks for their word."""
SECOND_FLOOR = re.compile(r"\.(rule|method|source)(\.|$)|_(rule|method)$|\.rule_|\.method_")


def _catalogue(lang: str, domain: str) -> Catalog:
    path = LOCALE / lang / f"{domain}.po"
    with path.open("rb") as file:
        return read_po(file, locale=lang, abort_invalid=True)


def _forms(message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _entries(lang: str, domain: str) -> dict:
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in _catalogue(lang, domain)
        if message.id
    }


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_say_the_same_keys(domain):
    assert set(_entries("he", domain)) == set(_entries("en", domain))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_nothing_is_missing_or_fuzzy(lang, domain):
    for key, message in _entries(lang, domain).items():
        assert not message.fuzzy, key
        assert all(form.strip() for form in _forms(message)), key
        if not isinstance(message.id, str):
            assert len(_forms(message)) == PLURALS[lang], key


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_nothing_is_said_twice(lang, domain):
    """The later of two entries of one name would be shown in the place of the first."""
    told = re.findall(r'^msgid "(.+)"$', (LOCALE / lang / f"{domain}.po").read_text("utf-8"), re.MULTILINE)
    assert [key for key, times in Counter(told).items() if times > 1] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_use_the_same_values(domain):
    he, en = _entries("he", domain), _entries("en", domain)

    def names(message) -> set[str]:
        return set().union(*(set(re.findall(r"\{(\w+)", form)) for form in _forms(message))) - {"n"}

    assert {key: names(message) for key, message in he.items()} == {key: names(message) for key, message in en.items()}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_catalogue_is_the_written_one(lang, domain):
    with (LOCALE / lang / f"{domain}.mo").open("rb") as file:
        compiled = {(m.id if isinstance(m.id, str) else m.id[0]): _forms(m) for m in read_mo(file) if m.id}
    assert compiled == {key: _forms(message) for key, message in _entries(lang, domain).items()}, "run `make words`"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_the_first_floor_speaks_plainly(lang, domain):
    for key, message in _entries(lang, domain).items():
        if SECOND_FLOOR.search(key):
            continue
        for form in _forms(message):
            for word in FORBIDDEN[lang]:
                edge = r"(?<!\w)" if lang == "he" else r"\b"
                assert not re.search(edge + word + (r"(?!\w)" if lang == "he" else r"\b"), form, re.IGNORECASE), (
                    key,
                    form,
                )


@pytest.mark.parametrize("domain", DOMAINS)
def test_hebrew_has_one_plain_word_for_a_thing(domain):
    said = {key: form for key, message in _entries("he", domain).items() for form in _forms(message)}
    found = {key: form for key, form in said.items() if re.search(BORROWED, form) and key not in FOR_MAKERS}
    assert found == {}


def _keys_in_code() -> dict[str, str]:
    """Every literal ``Message("domain.key")`` in the sources, with the file that says it."""
    found: dict[str, str] = {}
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_message = isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Message"
            if is_message and node.args and isinstance(node.args[0], ast.Constant):
                found[node.args[0].value] = str(path.relative_to(ROOT))
    return found


def test_every_key_that_the_code_says_is_in_the_catalogues():
    known = {key for domain in DOMAINS for key in _entries("en", domain)}
    missing = {key: path for key, path in _keys_in_code().items() if key not in known}
    assert missing == {}


# ---- no word is left over --------------------------------------------------------------------------------------------

MADE = {
    r"\w+\.tab_\w+": "the name of a page, by its part of the product",
    r"house\.did_\w+": "an action of the audit log",
    r"goals\.also\.\w+": "further names of a measure in a sheet of targets",
    r"people\.seller_\w+": "what a kind of company calls those who sell",
    r"forecast\.\w+_deals": "a sentence about deals instead of money: its key with an ending",
    r"book\.\w+_added": "a question of the book that an earlier import answered: its key with an ending",
}
"""Keys that no source holds whole, nor as an f-string that begins with its domain, and what they are."""
SAID_IN = (".py", ".html", ".js", ".yaml", ".txt", ".json")


def _sources() -> str:
    files = (
        path for path in sorted((ROOT / "src").rglob("*")) if path.suffix in SAID_IN and "locale" not in path.parts
    )
    return "\n".join(path.read_text("utf-8") for path in files)


def _left_over(keys, sources: str) -> list[str]:
    """Keys that nothing says: neither whole, nor by an f-string or a beginning that is added to."""
    domains = "|".join(DOMAINS)
    whole = set(re.findall(r"\w+(?:\.[\w-]+)+", sources))
    made = re.findall(rf'"((?:{domains})\.[^"\s]*{{[^"\s]*)"', sources)
    patterns = [re.sub(r"\\{.*?\\}", r"[\\w.-]+", re.escape(one)) for one in made]
    patterns += [
        re.escape(one) + r"[\w.-]+" for one in re.findall(rf"[\"']((?:{domains})\.[\w.]*)[\"']\s*\|\s*add", sources)
    ]
    known = re.compile("|".join([*patterns, *MADE]))
    return [key for key in keys if key not in whole and not known.fullmatch(key)]


def test_no_key_is_left_over():
    keys = [key for domain in DOMAINS for key in _entries("en", domain)]
    sources = _sources()
    assert _left_over(keys, sources) == []
    assert [one for one in MADE if not any(re.fullmatch(one, key) for key in keys)] == []
    assert _left_over(["people.planted", "web.planted_word"], sources) == ["people.planted", "web.planted_word"]
    assert _left_over(["people.planted"], 'Message(f"people.{what}")') == []
