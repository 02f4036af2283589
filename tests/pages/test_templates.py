"""Rules of the templates and the static files that need no browser."""

import re
from pathlib import Path

import pytest

from yaad.text import LANGUAGES, has_key, keys

WEB = Path(__file__).parents[2] / "src" / "yaad" / "faces" / "web"
SERVER = WEB.parents[1] / "server"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SAID = re.compile(r"""\{% say(?:_text)? "([a-z_.]+)"(\|add:)?""")
HANDLER = re.compile(r"""\s(?:on[a-z]+|style|hx-on[^=]*)=["']""")
# Parts of a page's words whose names are put together: what follows is a page, a kind, a field, a unit, a state.
PUT_TOGETHER = (
    "nav_",
    "tab_",
    "kind_",
    "field_",
    "unit_",
    "state_",
    "theme_",
    "basis_",
    "table_",
    "download_",
    "phase_",
    "source_kind_",
    "group_",
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_word_of_a_template_is_in_both_catalogues(path):
    for key, added in SAID.findall(path.read_text("utf-8")):
        for lang in LANGUAGES:
            known = (
                any(name.startswith(key) for name in keys(lang, key.partition(".")[0])) if added else has_key(key, lang)
            )
            assert known, (key, lang)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_holds_no_inline_style_script_or_handler(path):
    text = path.read_text("utf-8")
    assert not HANDLER.search(text)
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", text)


def test_no_word_stands_in_the_catalogue_for_nobody():
    text = "\n".join(path.read_text("utf-8") for path in (*TEMPLATES, *WEB.rglob("*.py"), *SERVER.rglob("*.py")))
    unused = [
        key
        for key in keys("en", "web")
        if f'"{key}"' not in text and not key.removeprefix("web.").startswith(PUT_TOGETHER)
    ]
    assert unused == []


def test_our_own_script_is_small():
    assert len((WEB / "static" / "yaad.js").read_text("utf-8").splitlines()) <= 300


def test_what_is_vendored_carries_its_licence():
    assert "Zero-Clause BSD" in (WEB / "static" / "vendor" / "htmx.LICENSE.txt").read_text("utf-8")
    assert "SIL Open Font License" in (WEB / "static" / "fonts" / "OFL.txt").read_text("utf-8")


def test_each_icon_that_is_asked_for_is_drawn():
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (WEB / "static" / "icons.svg").read_text("utf-8")))
    text = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    asked = set(re.findall(r'\{% icon "([a-z-]+)" %\}', text)) | set(
        re.findall(r'Page\("\w+", "([a-z-]+)"', (WEB / "pages.py").read_text("utf-8"))
    )
    assert asked <= drawn
