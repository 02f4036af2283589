"""The page of customers: its figures are those of its files in both languages; one customer; the margin; nobody."""

import json

import pytest
from tests import buyers

from yaad.book import Book

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shop(tmp_path_factory, serve):
    root, _ = buyers.shop(tmp_path_factory.mktemp("shop"), 250)
    with serve(root) as served:
        yield served


@pytest.fixture(scope="module")
def contracts(tmp_path_factory, serve):
    with serve(buyers.subscribers(tmp_path_factory.mktemp("contracts"))) as served:
        yield served


def data(visit, served, address, lang="en"):
    page = visit(served, address, lang=lang)
    return json.loads(page.inner_text("pre") if page.locator("pre").count() else page.inner_text("body"))


@pytest.mark.parametrize("lang", ["he", "en"])
def test_the_page_says_what_its_data_say(visit, shop, axe, forbidden, lang):
    found = data(visit, shop, "/customers.json", lang)
    page = visit(shop, "/customers/", lang=lang)
    lead = page.locator(".lead").inner_text()
    for sentence in found["sentences"]:
        assert sentence in lead
    names = page.locator(".custs li bdi").all_inner_texts()
    first = [row["customer"] for row in found["list"][:15]]
    assert [name for name in names if name in first] == first
    cells = page.locator(".coh tfoot td").all_inner_texts()
    assert cells[0] == str(found["cohorts"]["whole"]["n"])
    share = found["cohorts"]["whole"]["shares"][0]["share"]
    assert cells[1].startswith(f"{share * 100:.0f}%")
    assert not forbidden[lang].search(page.inner_text("body"))
    assert page.locator("details.astable").count() == 1  # the method stands behind it
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert axe(page) == [], width
    page.seen.check()


def test_filters_are_links_and_narrow_the_list(visit, shop):
    page = visit(shop, "/customers/?owner=Noa&state=stopped", lang="en", js=False)
    owners = set(page.locator(".custs .tx small").all_inner_texts())
    assert owners == {"Noa"}
    assert set(page.locator(".custs .chip").all_inner_texts()) == {"Seems to have stopped"}
    found = data(visit, shop, "/customers.json?owner=Noa&state=stopped")
    assert len(found["list"]) == found["list_of"] > 0
    assert visit(shop, "/customers/?q=%D7%9C%D7%A7%D7%95%D7%97+7&state=all").locator(".custs li").count() > 0
    assert data(visit, shop, "/cohorts.json?every=year")["every"] == "year"


def test_a_customer_is_one_click_deeper(visit, shop, axe):
    page = visit(shop, "/customers/", lang="he")
    with page.expect_navigation():
        page.locator(".custs .tx a").first.click()
    found = data(visit, shop, page.url.removeprefix(shop.base).replace("/customer/", "/customer.json"))
    assert page.locator("h1").inner_text() == found["customer"]["customer"]
    assert page.locator("table tbody tr").count() == len(found["bought"]) == found["customer"]["orders"]
    assert axe(page) == []
    page.seen.check()
    assert visit(shop, "/customer/?is=Nobody", lang="en").status == 400


def test_a_margin_is_set_refused_and_taken_back(visit, shop):
    page = visit(shop, "/customers/", lang="en", js=False)

    def typed(text):
        page.fill("input[name=margin]", text)
        with page.expect_navigation():
            page.locator("form.xrayform button").click()

    typed("a lot")
    assert "is no margin" in page.locator("[role=alert]").inner_text()
    typed("30%")
    assert "gross margin" in page.locator(".lead").inner_text()
    assert data(visit, shop, "/customers.json")["margin"] == 0.3
    typed("")
    assert "revenue" in page.locator(".lead").inner_text()


def test_contracts_are_told_as_contracts(visit, contracts, axe):
    page = visit(contracts, "/customers/", lang="en")
    assert "One customer has left" in page.locator(".lead").inner_text()
    assert page.locator(".custs .tx bdi").all_inner_texts()[::2] == ["Dan", "Ben & Sons"]
    assert page.locator("input[name=margin]").count() == 0
    assert axe(page) == []
    page.seen.check()
    page = visit(contracts, "/customer/?is=%3Cb%3ECal%3C%2Fb%3E", lang="he")
    assert page.locator("h1").inner_text() == "<b>Cal</b>"


def test_without_purchases_it_says_what_would_tell(visit, serve, tmp_path, company):
    file, mapping = tmp_path / "deals.csv", tmp_path / "deals.yaml"
    row = dict.fromkeys(company.HEADER, "") | {"id": "1", "פנייה": "2026-11-01", "outcome": "פנייה"}
    file.write_text("\n".join((",".join(company.HEADER), ",".join(row.values()))), "utf-8")
    mapping.write_text(company.MAPPING, "utf-8")
    book = Book.create(tmp_path / "book")
    book.import_files([file], mapping=mapping)
    book.close()
    with serve(tmp_path / "book") as served:
        page = visit(served, "/customers/", lang="en")
        assert page.status == 200
        assert "A file of orders" in page.locator(".card .empty").inner_text()
        page.seen.check()
