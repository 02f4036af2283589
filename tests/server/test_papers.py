"""Files on the page of a deal: attached, taken home as nothing that runs, and by nobody who does not see the deal."""

import base64
import re
from contextlib import closing

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.server.test_deal_page import deal, html_of, seen  # noqa: F401 – the fixture of a deal's page

PAGE = b"<!doctype html><script>alert(document.cookie)</script>"


def attach(page, name, content=PAGE, **more):
    return page.post("file", file=SimpleUploadedFile(name, content, "text/html"), **more)


def test_a_file_is_attached_taken_home_inert_and_taken_back(deal, team):  # noqa: F811 – the fixture that is asked for
    page = deal("rep", "here-Ben-4")
    done = attach(page, "הצעה <b>מחיר.html", key="f1")
    again = attach(page, "הצעה <b>מחיר.html", key="f1")
    assert again.request["QUERY_STRING"] == done.request["QUERY_STRING"]
    text = seen(done)
    assert "A file was attached" in text
    assert "מחיר" in text
    assert html_of(page.get()).count("/deal/file/") == html_of(done).count("/deal/file/")
    other = attach(page, "other.txt", b"another", key="f1")
    assert other.status_code == 400
    assert "The file was not attached" in seen(other)
    assert "other.txt" not in page.text()
    address = re.search(r'href="([^"]+/deal/file/\d+/)\?id=', html_of(done))[1]
    asked = {"id": "here-Ben-4"}
    answer = page.client.get(address, asked)
    assert answer.content == PAGE
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"
    assert team.client("owner").get(address, asked).status_code == 200
    for who, right in (("rep_south", 404), ("viewer", 403)):
        assert team.client(who).get(address, asked).status_code == right
    assert page.client.get(address, {"id": "here-Ben-5"}).status_code == 404
    page.undo(done)
    assert page.client.get(address, asked).status_code == 404


def test_what_is_empty_or_none_is_said(deal):  # noqa: F811 – the fixture that is asked for
    page = deal("rep", "here-Ben-4")
    assert "The file is empty" in seen(attach(page, "a.txt", b""))
    assert "No file was chosen" in seen(page.post("file"))
    for who, right in (("viewer", 403), ("consultant", 403), ("rep_south", 404)):
        assert attach(deal(who, "here-Ben-4"), "a.txt", b"x").status_code == right


def test_programs_attach_list_and_fetch_files_of_deals_that_they_see(team, deal):  # noqa: F811 – the fixture that is asked for
    page, here = deal("rep", "here-Ben-5"), f"/api/v1/companies/{team.here.id}/deals/here-Ben-5/"
    body = {"file_name": "plan.pdf", "content": base64.b64encode(b"%PDF-1.7").decode()}
    done = page.client.post(f"{here}file", body, content_type="application/json")
    assert done.status_code == 200, done.content
    number = done.json()["seq"]
    listed = page.client.get(f"{here}files").json()["files"]
    assert [(one["seq"], one["file_name"], one["size"]) for one in listed] == [(number, "plan.pdf", 8)]
    taken = page.client.get(f"{here}files/{number}")
    assert (taken.content, taken["Content-Type"]) == (b"%PDF-1.7", "application/octet-stream")
    for who, right in (("rep_south", 404), ("viewer", 403)):
        assert team.client(who).get(f"{here}files/{number}").status_code == right
    bad = page.client.post(f"{here}file", {**body, "content": "%%%"}, content_type="application/json")
    assert bad.status_code == 400
    page.post("undo", number=number)
    assert page.client.get(f"{here}files").json()["files"] == []


def test_a_copy_of_the_company_holds_files_and_the_counts_of_its_links(team, deal, tmp_path):  # noqa: F811 – as above
    from yaad.book import Book
    from yaad.book.quote_links import QuoteLinks
    from yaad.server.backup import _copy_book

    page = deal("rep", "here-Ben-3")
    attach(page, "kept.txt", b"kept")
    page.post("quote", title="Kept", lang="en")
    _copy_book(team.here.root, tmp_path / "copy")
    with closing(Book.open(tmp_path / "copy")) as copy:
        (file,) = copy.files_of_deal("here-Ben-3")
        assert copy.file_of_deal("here-Ben-3", file.seq)[1].read_bytes() == b"kept"
        link = QuoteLinks(tmp_path / "copy").of(copy.quotes("here-Ben-3")[0].entry.link)
    assert link is not None
    assert link.deal == "here-Ben-3"
