"""An X-ray as the HTML of A4 pages, made for WeasyPrint: what that tool lacks is put right here, and only here.

It styles no svg of a page, so each drawing gets the rules that it needs; it gives `<bdi>` no direction of its own, so
each name gets that of its first letter; its grids run from left to right in Hebrew too, so the paper's rules lay the
parts out without them.
"""

import base64
import html
import re
import unicodedata
from collections.abc import Collection
from functools import cache
from importlib.resources import files

from yaad.reports.page import Page, Part
from yaad.reports.xrays import Xray
from yaad.show import parts_css, say_html, say_plain
from yaad.show.markup import tag
from yaad.show.theme import Theme, theme
from yaad.text import Message, direction

WEIGHTS = (400, 500, 600, 700)
HATCH = "hatch"
MAQAF, JOINER = chr(0x05BE), chr(0x2060)
_SVG = re.compile(r"<svg class=\"(?:sb|ax)[^>]*>|<svg width=\"12\"[^>]*>")
_FILL = re.compile(r"url\(#hatch-[0-9a-f]{8}\)")
_BDI = re.compile(r"<bdi>(.*?)</bdi>", re.DOTALL)
_DEFS = re.compile(r"<defs>.*?</defs>", re.DOTALL)


def paper_html(xray: Xray, dense: Collection[str] = ()) -> str:
    """The whole report as one HTML document that needs nothing from outside of it.

    Args:
        xray: the report.
        dense: ids of pages that are set closer, because they do not fit otherwise.
    """
    lang = xray.lang
    pages = "".join(_page(xray, number, page, close=page.id in dense) for number, page in enumerate(xray.pages, 1))
    title = html.escape(f"{say_plain(Message('reports.title'), lang)} – {xray.company}")
    style = f"{font_faces()}{tokens_css(theme(dark=False))}{parts_css()}{_css('paper.css')}"
    head = f"<meta charset='utf-8'><title>{title}</title><style>{style}</style>"
    foot = tag("div", _foot(xray), class_="foot")
    return (
        f'<!doctype html><html lang="{lang}" dir="{direction(lang)}"><head>{head}</head>'
        f'<body class="{direction(lang)}">{foot}{for_paper(pages)}</body></html>'
    )


def _page(xray: Xray, number: int, page: Page, *, close: bool) -> str:
    lang = xray.lang
    kicker = tag("span", str(number), class_="no") + say_html(page.title, lang)
    first, *rest = page.says
    says = tag("h1", say_html(first, lang))
    if rest:
        says += tag("p", " ".join(say_html(line, lang) for line in rest), class_="lead")
    body = (
        tag("p", kicker, class_="kick") + says + _parts(page.parts, lang) + _verdict(page, lang) + _remarks(page, lang)
    )
    return tag("section", _head(xray) + body, class_="page dense" if close else "page", id=page.id)


def _head(xray: Xray) -> str:
    lang = xray.lang
    name = tag("b", say_html(Message("reports.title"), lang)) + tag("span", tag("bdi", html.escape(xray.company)))
    day = tag("span", say_html(Message("reports.as_of", {"day": xray.as_of}), lang), class_="asof")
    logo = ""
    if xray.logo:
        data = base64.b64encode(xray.logo[0]).decode("ascii")
        said = html.escape(say_plain(Message("reports.logo"), lang))
        logo = f'<img class="logo" alt="{said}" src="data:{xray.logo[1]};base64,{data}">'
    return tag("header", tag("div", name, class_="name") + tag("div", day + logo, class_="right"), class_="ph")


def _parts(parts: tuple[Part, ...], lang: str) -> str:
    """Parts one below the other; two halves stand side by side."""
    rows, waiting = "", ""
    for part in parts:
        head = tag("h2", say_html(part.head, lang)) if part.head else ""
        frame = tag("div", head + part.html, class_=f"part {part.name} {'half' if part.half else 'whole'}")
        if not part.half:
            rows += (tag("div", waiting, class_="cols") if waiting else "") + frame
            waiting = ""
        elif waiting:
            rows += tag("div", waiting + frame, class_="cols")
            waiting = ""
        else:
            waiting = frame
    return rows + (tag("div", waiting, class_="cols") if waiting else "")


def _verdict(page: Page, lang: str) -> str:
    """The two questions that every page answers."""
    sure = tag("h2", say_html(Message("reports.h_sure"), lang)) + _lines(page.sure, lang, "ul")
    todo = tag("h2", say_html(Message("reports.h_todo"), lang)) + _lines(page.todo, lang, "ol")
    return tag("div", tag("div", sure, class_="sure-box") + tag("div", todo, class_="todo-box"), class_="verdict")


def _lines(lines: tuple[object, ...], lang: str, kind: str) -> str:
    items = "".join(tag("li", say_html(line, lang)) for line in lines if isinstance(line, str | Message))
    return tag(kind, items)


def _remarks(page: Page, lang: str) -> str:
    if not page.remarks:
        return ""
    said = "".join(
        tag("p", html.escape(line), dir=_direction(line) or direction(lang))
        for remark in page.remarks
        for line in remark.splitlines()
        if line.strip()
    )
    return tag("aside", tag("h2", say_html(Message("reports.h_remark"), lang)) + said, class_="remark")


def _foot(xray: Xray) -> str:
    """Stands at the foot of each sheet: what these figures are, and which page of how many."""
    lang = xray.lang
    count = Message("reports.page_of", {"page": "\ue010", "pages": "\ue011"})
    said = say_html(count, lang)
    for place, name in (("\ue010", "at"), ("\ue011", "all")):
        said = said.replace(f"<bdi>{place}</bdi>", tag("span", class_=f"n {name}", dir="ltr"))
    return tag("span", say_html(Message("reports.foot"), lang)) + tag("span", said, class_="pages")


# ---- what WeasyPrint needs --------------------------------------------------------------------------------------


def for_paper(markup: str) -> str:
    """Parts of a page, made ready for paper: drawings with their own rules, names with their own direction."""
    rules = f"<style>{_drawing_css(theme(dark=False))}</style>{_HATCHING}"
    drawn = _SVG.sub(lambda found: found[0] + rules, _DEFS.sub("", markup))
    joined = drawn.replace(f"{MAQAF}<", f"{MAQAF}{JOINER}<")  # a prefix stays on the line of its number
    return _BDI.sub(_directed, _FILL.sub(f"url(#{HATCH})", joined))


_HATCHING = (
    f'<defs><pattern id="{HATCH}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(25)">'
    '<rect class="hatch-under" width="6" height="6"/><rect class="hatch-over" width="3" height="6"/></pattern></defs>'
)


def _drawing_css(look: Theme) -> str:
    """The rules of ``parts.css`` for what stands inside a drawing, with the colours put in."""
    inside = [
        re.sub(r"^(?:\.key|svg\.(?:sb|ax)) ", "", line).replace(":not([fill])", "")
        for line in parts_css().splitlines()
        if re.match(r"(?:\.key \.|svg\.(?:sb|ax) \.|\.hatch)", line)
    ]
    css = "".join(inside)
    for name, value in _tokens(look).items():
        css = css.replace(f"var(--{name})", value)
    return css.replace(".op {", ".op-none {")


def _directed(found: re.Match[str]) -> str:
    """A name with the direction of its first letter, as a browser finds it."""
    return f'<bdi dir="{_direction(html.unescape(found[1])) or "ltr"}">{found[1]}</bdi>'


def _direction(text: str) -> str | None:
    """Of the first letter that has one; None where none has.

    >>> _direction("12 Novatek Ltd."), _direction("„אלון”"), _direction("14–23")
    ('ltr', 'rtl', None)
    """
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return None


def tokens_css(look: Theme) -> str:
    """The tokens of the look as custom properties."""
    sizes = {
        "t-xs": "7.6pt",
        "t-sm": "8.4pt",
        "t-md": "9pt",
        "t-lg": "10.5pt",
        "t-xl": "13pt",
        "t-2xl": "17pt",
        "r2": "6pt",
    }
    named = "".join(f"--{name}:{value};" for name, value in (_tokens(look) | sizes).items())
    return f":root{{{named}}}"


def _tokens(look: Theme) -> dict[str, str]:
    return {
        "surface": look.surface,
        "sunken": look.sunken,
        "line": look.line,
        "line-strong": look.line_strong,
        "ink": look.ink,
        "ink-2": look.ink_2,
        "brand": look.d1,
        "brand-soft": look.brand_soft,
        "brand-line": look.brand_line,
        "warn": look.warn,
        "warn-soft": look.warn_soft,
        "bad": look.bad,
        "d1": look.d1,
        "d2": look.d2,
    }


def font_faces() -> str:
    """The four weights of Heebo, Hebrew and Latin in one file each."""
    return "".join(
        f"@font-face{{font-family:Heebo;font-weight:{weight};src:url('{_font(weight)}')}}" for weight in WEIGHTS
    )


@cache
def _font(weight: int) -> str:
    """A font in the document itself, so that making a PDF reads nothing from outside of it."""
    data = (files("yaad.reports") / "fonts" / f"Heebo-{weight}.ttf").read_bytes()
    return f"data:font/ttf;base64,{base64.b64encode(data).decode('ascii')}"


@cache
def _css(name: str) -> str:
    return (files("yaad.reports") / name).read_text("utf-8")
