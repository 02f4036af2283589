"""The page of a deal: what is told there and to whom, what its forms write, and what they refuse in words."""

import html
import re

import pytest

HOSTILE = "<script>alert(1)</script> {{7*7}} =1+1"


@pytest.fixture
def deal(team):
    """Opens the page of a deal, and sends its forms; ``deal("rep", "here-Ben-4")``."""

    class Page:
        def __init__(self, who, number, lang="en"):
            self.client, self.id, self.prefix = team.client(who), number, team.here.prefix
            self.client.cookies["yaad_lang"] = lang

        def get(self, part="", **query):
            return self.client.get(f"{self.prefix}deal/{part}", {"id": self.id, **query})

        def text(self, part="", **query):
            answer = self.get(part, **query)
            assert answer.status_code == 200, answer.content.decode()[:2000]
            return seen(answer)

        def post(self, part, follow=True, **form):
            return self.client.post(f"{self.prefix}deal/{part}/", {"id": self.id, **form}, follow=follow)

        def undo(self, answer):
            """Take back what an answer says was done."""
            numbers = re.findall(r'name="number" value="(\d+)"', html_of(answer).partition('id="done"')[2])
            count = len(re.findall(r'name="number"', html_of(answer).partition('id="done"')[2].partition("</form>")[0]))
            return self.post("undo", number=numbers[:count])

    return Page


def html_of(answer):
    return answer.content.decode()


def seen(answer):
    """The text that a page shows."""
    told = html.unescape(re.sub(r"<[^>]+>", "", html_of(answer)))
    return re.sub(r"\s+", " ", re.sub("[\u2066-\u2069]", "", told))


def test_a_deal_is_told_to_who_sees_it_and_to_nobody_else(deal):
    text = deal("rep", "here-Ben-4").text()
    assert "markhereben 4" in text
    assert "No next step is agreed." in text
    assert "Moved to Quote" in text
    for who in ("rep_south", "viewer"):
        assert deal(who, "here-Ben-4").get().status_code in (403, 404)
    assert deal("rep", "here-Cyd-4").get().status_code == 404
    assert deal("rep", "there-Ben-4").get().status_code == 404
    for part in ("note", "did", "change", "move", "undo", "close"):
        answer = deal("rep", "here-Cyd-4").post(part, text="x", to="Won", did="call", stage="Won", number="1",
                                                seen_owner="", owner="x")  # fmt: skip
        assert answer.status_code == 404, part
        assert "markherecyd" not in html_of(answer)


def test_who_only_looks_is_offered_no_forms_and_may_write_notes(deal):
    page = deal("consultant", "here-Ben-4")
    told = html_of(page.get())
    assert 'id="note"' in told
    assert not re.search(r'id="(edit|move|did|step)"', told)
    assert "deal/close" not in told
    assert page.post("change", seen_owner="Ben", owner="Ann").status_code == 403
    done = page.post("note", text="Ask about the budget")
    assert "Ask about the budget" in seen(done)
    assert 'name="number"' not in html_of(done)


def test_a_note_a_step_and_a_call_are_written_and_taken_back(deal):
    page = deal("rep", "here-Ben-5")
    note = page.post("note", text=HOSTILE)
    assert HOSTILE in seen(note)
    assert "<script>alert" not in html_of(note)
    step = page.post("change", seen_next_step="", next_step="Send the drawing", seen_next_step_day="",
                     next_step_day="2031-01-05")  # fmt: skip
    assert "Next: Send the drawing, by 5 Jan 2031." in seen(step)
    late = page.post("change", seen_next_step_day="2031-01-05", next_step_day="2001-01-05")
    assert "That day is over." in seen(late)
    call = page.post("did", did="call", went="no_show", text="twice", next_step="Call again")
    assert "Written down: Call – no answer" in seen(call)
    assert "Next: Call again." in seen(call)
    assert "Next step: Send the drawing, now Call again" in seen(call)
    back = page.undo(call)
    assert "It is as it was." in seen(back)
    assert "twice" not in seen(back)
    assert "Next was: Send the drawing" in seen(back)
    for answer in (late, step, note):
        page.undo(answer)
    assert "No next step is agreed." in page.text()


def test_a_form_that_is_sent_twice_writes_once(deal):
    page = deal("rep", "here-Ben-5")
    first = page.post("note", text="only once", key="k-1")
    page.post("note", text="only once", key="k-1")
    assert page.text().count("only once") == 1
    page.undo(first)


def test_what_is_planned_waits_until_somebody_says_how_it_went(deal):
    page = deal("rep", "here-Ben-4")
    plan = page.post("did", did="meeting", went="planned", due="2031-02-03T10:00")
    assert "Meeting, planned for 3 Feb 2031 10:00" in seen(plan)
    number = re.search(r'name="settles" value="(\d+)"', html_of(plan))[1]
    held = page.post("did", did="meeting", went="held", settles=number)
    assert 'name="settles"' not in html_of(held)
    for answer in (held, plan):
        page.undo(answer)
    assert "needs the time" in seen(page.post("did", did="meeting", went="planned"))
    assert "is no day with a time" in seen(page.post("did", did="meeting", went="planned", due="soon"))


def test_a_field_that_somebody_else_changed_is_told_and_not_overwritten(deal):
    page, other = deal("rep", "here-Ben-4"), deal("manager", "here-Ben-4")
    first = other.post("change", seen_source="fair", source="Fair 2026")
    late = page.post("change", seen_source="fair", source="Radio", seen_contact="", contact="Rut")
    assert late.status_code == 409
    assert "says Fair 2026 by now" in seen(late)
    assert "Radio" not in page.text()
    assert "Rut" not in page.text()
    fine = page.post("change", seen_source="fair", source="fair", seen_contact="", contact="Rut")
    assert fine.status_code == 200  # a field that was left as it was seen is none of its words
    assert "Rut" in seen(fine)
    page.undo(fine)
    other.undo(first)


def test_a_field_that_came_back_as_it_was_shown_is_no_change(deal):
    page = deal("rep", "here-Ben-5")
    written = page.post("change", next_step="call again", seen_next_step="", key="lines")
    as_shown = {"next_step": "call again", "seen_next_step": "call again \r\n", "amount": "1", "seen_amount": "1"}
    again = page.client.post(f"{page.prefix}deal/change/", {"id": page.id, **as_shown})
    assert (again.status_code, "done=" in again.headers["Location"]) == (302, False)
    page.undo(written)


def test_a_deal_moves_only_from_where_it_was_seen(deal):
    page = deal("rep", "here-Ben-4")
    moved = page.post("move", stage="Meeting", seen="Quote")
    assert "Written down: Moved to Meeting" in seen(moved)
    late = page.post("move", stage="Meeting", seen="Quote")
    assert (late.status_code, "stands in Meeting by now" in seen(late)) == (409, True)
    page.undo(moved)
    asked = page.post("move", stage="Won", seen="Quote", follow=False)
    assert asked["Location"].endswith("deal/close/?id=here-Ben-4&to=Won")


def test_a_deal_is_won_with_why_and_what_was_done_well(deal):
    page = deal("rep", "here-Ben-4")
    asked = page.text("close/", to="Won")
    assert "Why did they buy?" in asked
    assert "Answered quickly" in asked  # nobody has said anything yet
    form = {
        "to": "Won",
        "seen": "Quote",
        "reason": "Price",
        "other": "Trust in Noa",
        "well": ["Answered quickly", "Kind"],
        "text": "Sent a sample\nKind",
        "seen_amount": "1014",
        "amount": "2,500",
        "next_step": "Ask for a friend",
    }
    won = page.post("close", **form)
    text = seen(won)
    assert "For ₪2,500." in text
    assert "Why: Trust in Noa" in text
    for line in ("Answered quickly", "Kind", "Sent a sample"):
        assert text.count(f"Done well: {line}") == 1
    assert "Next step: Ask for a friend" in text
    offered = deal("rep", "here-Ben-5").text("close/", to="Won")
    assert "Trust in Noa" in offered
    assert "Sent a sample" in offered
    assert "Trust in Noa" not in deal("rep_south", "here-Cyd-4").text("close/", to="Won")  # a deal that they do not see
    late = page.post("close", **form)
    assert (late.status_code, "stands in Won by now" in seen(late)) == (409, True)
    assert "Sent a sample" in html_of(late)  # what was typed stays
    page.undo(won)
    assert "No next step is agreed." in page.text()


def test_a_deal_is_lost_with_why(deal):
    page = deal("rep", "here-Ben-4", lang="he")
    asked = page.text("close/", to="Lost")
    assert "למה לא נסגר?" in asked
    lost = page.post("close", to="Lost", seen="Quote", reason="מחיר", text="בחרו בזול יותר")
    assert "הסיבה: מחיר" in seen(lost)
    assert "בחרו בזול יותר" in seen(lost)
    assert "מחיר" in deal("rep", "here-Ben-5", lang="he").text("close/", to="Lost")
    page.undo(lost)
    assert page.get("close/", to="Nowhere").status_code == 404
    assert page.post("close", to="Won", seen="Quote", amount="a lot", seen_amount="").status_code == 400


def test_a_deal_that_goes_to_somebody_else_is_told_as_gone(deal):
    page = deal("rep", "here-Ben-4")
    gone = page.post("change", seen_owner="Ben", owner="Ann")
    assert "is not among yours any more" in seen(gone)
    assert page.get().status_code == 404
    back = deal("manager", "here-Ben-4").post("change", seen_owner="Ann", owner="Ben")
    assert back.status_code == 200
    assert "Salesperson: Ann, now Ben" in page.text()


def test_calling_and_writing_are_a_tap_away(deal):
    page = deal("rep", "here-Ben-4")
    told = page.post("change", seen_phone="0511234564", phone="+972 51 123 4564", seen_contact="", contact="Rut & Dan")
    assert 'href="tel:+972511234564"' in html_of(told)
    words = "Hello+Rut+%26+Dan%2C+this+is+Company+here.+"
    assert f"https://wa.me/972511234564?text={words}" in html_of(told)
    page.undo(told)
    assert "https://wa.me/972511234564?text=Hello%2C+this" in html_of(page.get())


def test_a_number_without_a_country_gets_no_message_and_an_address_of_mail_no_way():
    from yaad.faces.web.reaching import reach

    custom = {"E-mail address": "a@b.example", "כתובת האתר": "b.example", "כתובת הלקוח": "הרצל 5, חיפה"}
    nobody = reach("050-123 4567", {}, None, "Hello")
    assert (nobody.call, nobody.message, nobody.way) == ("0501234567", "", "")
    line = reach("+44 20 7946 0958", {}, None, "Hello")
    assert (line.call, line.message) == ("+442079460958", "")  # in a wall
    known = reach("+44 7911 123456", custom, None, "שלום & ברכה")
    assert known.message == ("https://wa.me/447911123456?text=%D7%A9%D7%9C%D7%95%D7%9D+%26+%D7%91%D7%A8%D7%9B%D7%94")
    assert known.place == "הרצל 5, חיפה"
    assert known.way.startswith("https://waze.com/ul?q=%D7%94")


def test_the_same_is_told_as_files(deal):
    page = deal("rep", "here-Ben-4")
    answer = page.client.get(f"{page.prefix}deal.json", {"id": page.id}).json()
    assert (answer["deal_id"], answer["stage"], answer["outcome"]) == ("here-Ben-4", "Quote", "open")
    assert {line["kind"] for line in answer["timeline"]} >= {"came", "moved"}
    assert page.client.get(f"{page.prefix}deal.csv", {"id": page.id}).status_code == 200


def test_words_that_are_too_many_or_none_are_refused(deal):
    page = deal("rep", "here-Ben-4")
    assert "2,000 letters" in seen(page.post("note", text="x" * 2001))
    assert "note is empty" in seen(page.post("note", text="  "))


def test_what_is_planned_for_a_day_is_never_written_as_done(deal):
    """The form as a browser sends it: every field, those that nobody touched as the page has them."""
    page = deal("rep", "here-Ben-4")
    form = html_of(page.get()).partition('id="did"')[2].partition("</form>")[0]
    how = re.search(r'<select name="went">(.*?)</select>', form)[1]
    assert " selected" not in how
    untouched = re.search(r'<option value="([^"]*)"', how)[1]
    typed = {"did": "meeting", "due": "2031-02-03T10:00", "text": "", "next_step": "", "next_step_day": ""}
    plan = page.post("did", went=untouched, **typed)
    assert "Meeting, planned for 3 Feb 2031 10:00" in seen(plan)
    refused = page.post("did", went="held", **typed)
    assert refused.status_code == 400
    assert "nothing else has one" in seen(refused)
    assert html_of(refused).count('name="settles"') == 1  # nothing but the first plan
    assert 'value="2031-02-03T10:00"' in html_of(refused)
    page.undo(plan)


def test_every_form_that_writes_is_one_entry_though_it_is_sent_twice(deal):
    page = deal("rep", "here-Ben-4")
    forms = re.findall(
        r'<form method="post" action="[^"]*deal/(?!undo)[^"]*".*?</form>', html_of(page.get()), re.DOTALL
    )
    assert len(forms) > 4
    assert all('name="key" value="' in form for form in forms)
    first = page.post("move", stage="Meeting", seen="Quote", key="twice")
    again = page.post("move", stage="Meeting", seen="Quote", key="twice")
    assert (again.status_code, again.request["QUERY_STRING"]) == (200, first.request["QUERY_STRING"])
    page.undo(first)


@pytest.mark.parametrize("part", ["did", "close"])
def test_a_next_step_that_cannot_be_kept_leaves_nothing_of_the_form(deal, part):
    page = deal("rep", "here-Ben-4")
    before = page.text()
    told = {"to": "Won", "seen": "Quote"} if part == "close" else {"did": "call", "went": "held"}
    answer = page.post(part, next_step="Call", next_step_day="12026-01-05", **told)
    assert answer.status_code == 400
    words = re.compile(r"Written down|Won \(Won\)|\bCall\b.{0,40}Take back")
    assert len(words.findall(page.text())) == len(words.findall(before))


def test_who_is_not_to_be_called_is_offered_no_call(deal, team):
    page = deal("rep", "here-Ben-3")
    assert 'class="dquick"' in html_of(page.get())
    asked = {"deal": "here-Ben-3", "what": "calls"}
    page.client.post(f"{team.here.prefix}opt-out/", asked)
    told = html_of(page.get())
    assert 'class="dquick"' not in told
    assert "tel:" not in told
    assert "The customer asked not to be called" in seen(page.get())
    page.client.post(f"{team.here.prefix}opt-out/", {**asked, "is_out": "no"})
    assert 'class="dquick"' in html_of(page.get())
