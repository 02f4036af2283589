"""The pages of inquiries: one taken in, one folded, who waits, what was done, and by whom it may be said."""

import re

import pytest


@pytest.fixture
def owner(team):
    return team.client("owner")


def book_of(team):
    from yaad.book import Book

    return Book.open(team.here.root)


def take(team, client, **typed):
    answer = client.post(f"{team.here.prefix}inquiries/new/", typed, follow=True)
    return answer, answer.content.decode()


def test_an_inquiry_is_taken_in_and_its_second_touch_is_folded(team, owner):
    answer, page = take(team, owner, phone="055-7654321", name="Zoe", channel="whatsapp", source="web", key="q1")
    assert answer.status_code == 200
    assert "Zoe is written down" in strip(page)
    _, page = take(team, owner, phone="+972 55 765 4321", channel="email", text="again", key="q2")
    assert "is known already" in strip(page)
    with book_of(team).at_one_moment() as book:
        rows = book.facts.run(book.facts.deals.filter(book.facts.deals.phone == "+972557654321")).to_pylist()
    assert [(row["contact"], row["source"], row["stage"]) for row in rows] == [("Zoe", "web", "Meeting")]


def strip(page):
    return re.sub(r"<[^>]+>", "", page)


def test_where_nobody_wrote_anything_down_it_says_how_the_list_begins(team):
    """The rows of these companies came by a file and nothing was done with them; who brings files in is led there."""
    page = team.client("owner", team.there).get(f"{team.there.prefix}inquiries/").content.decode()
    assert re.search(r'id="begin".*?href="([^"]+pipeline/)".*?href="([^"]+files/)"', page, re.DOTALL)
    page = team.client("rep", team.there).get(f"{team.there.prefix}inquiries/").content.decode()
    begin = page[page.index('id="begin"') :].partition("</section>")[0]
    assert "pipeline/" in begin
    assert "files/" not in begin


def test_who_waits_is_shown_until_it_is_said_what_was_done_and_that_is_taken_back(team, owner):
    take(team, owner, phone="055-7650001", name="Waiting Person", channel="form", text="<b>hello</b>", key="w1")
    address = f"{team.here.prefix}inquiries/"
    page = owner.get(address).content.decode()
    assert "Waiting Person" in page
    assert "&lt;b&gt;hello&lt;/b&gt;" in page
    assert "https://wa.me/972557650001" in page
    with book_of(team).at_one_moment() as book:
        deal = book.is_known("055-7650001")["deal_id"]
    done = owner.post(f"{address}answered/", {"deal": deal, "done": "no_answer", "key": "w2"}, follow=True)
    said = strip(done.content.decode())
    assert "Written down for Waiting Person" in said
    assert said.count("Waiting Person") == 1
    number = dict(done.request["QUERY_STRING"].split("&")[i].split("=") for i in range(4))["done"]
    back = owner.post(f"{address}undo/", {"deal": deal, "number": number}, follow=True)
    assert "Waiting Person" in strip(back.content.decode()).replace("taken back", "")


def test_an_inquiry_is_opened_and_handed_on_from_the_list(team, owner):
    take(team, owner, phone="055-7650077", name="Handed Person", owner="Ann", channel="form", key="h1")
    address = f"{team.here.prefix}inquiries/"
    with book_of(team).at_one_moment() as book:
        deal = book.is_known("055-7650077")["deal_id"]
    page = owner.get(address).content.decode()
    assert f'deal/?id={deal}"><bdi>Handed Person' in page
    said = {"deal": deal, "done": "handed", "owner": "Cyd", "seen": "Ann"}
    told = owner.post(f"{address}answered/", said | {"key": "h2"}, follow=True)
    assert "The inquiry of Handed Person was handed to Cyd." in strip(told.content.decode())
    again = owner.get(address).content.decode()
    handed = "".join(re.findall(r'<ul class="waiting is-handed">.*?</ul>', again, re.DOTALL))
    assert "Handed Person" not in handed, "nobody answered them yet: they stand first"
    late = owner.post(f"{address}answered/", said | {"owner": "Dan", "key": "h3"})
    assert late.status_code == 409, "somebody else handed it on meanwhile"
    with book_of(team).at_one_moment() as book:
        assert book.facts.deal(deal)["owner"] == "Cyd"
    others = {"deal": "here-Cyd-0", "done": "handed", "owner": "Ben", "seen": "Cyd", "key": "h4"}
    refused = team.client("rep").post(f"{address}answered/", others)
    assert refused.status_code == 404, "whose deal it is, is not theirs to say"


def test_who_was_talked_to_and_handed_on_waits_until_it_is_said_when_it_goes_on(team, owner):
    take(team, owner, phone="055-7650066", name="Goes On", owner="Ann", channel="form", key="g1")
    address = f"{team.here.prefix}inquiries/"
    with book_of(team).at_one_moment() as book:
        deal = book.is_known("055-7650066")["deal_id"]
    spoke = owner.post(f"{address}answered/", {"deal": deal, "done": "called", "key": "g2"}, follow=True)
    assert 'id="goes-on"' in spoke.content.decode()
    on = {"deal": deal, "done": "handed", "owner": "Cyd", "seen": "Ann", "key": "g3"}
    owner.post(f"{address}answered/", on)
    waits = re.search(r'<ul class="waiting is-handed">.*?</ul>', owner.get(address).content.decode(), re.DOTALL)[0]
    assert "Goes On" in waits
    step = {"owner": "Cyd", "seen": "Cyd", "next_step_day": "2031-01-02", "next_step": "To visit", "key": "g4"}
    agreed = owner.post(f"{address}answered/", on | step, follow=True).content.decode()
    assert "It is written down when the inquiry of Goes On goes on" in strip(agreed)
    assert "Goes On" not in agreed.partition('class="waiting')[2]
    with book_of(team).at_one_moment() as book:
        row = book.facts.deal(deal)
    assert (row["owner"], row["next_step"], str(row["next_step_day"])) == ("Cyd", "To visit", "2031-01-02")


def test_what_can_be_no_number_is_asked_again_or_stands_in_the_note(team, owner):
    answer, page = take(team, owner, phone="12", name="", key="n1")
    assert answer.status_code == 400
    assert 'value="12"' in page
    assert "cannot be a telephone number. Type it with its area code" in strip(page)
    answer, page = take(team, owner, phone="call me", name="No Number", key="n2")
    assert "call" not in answer.request["QUERY_STRING"]
    assert "“call me” cannot be a telephone number, so it stands in the note" in strip(page)


def test_what_says_nothing_stays_in_the_form(team, owner):
    answer, page = take(team, owner, text="", source="web", other_source="Fair of <i>May</i>")
    assert answer.status_code == 400
    assert "Fair of &lt;i&gt;May&lt;/i&gt;" in page


def test_what_was_done_is_one_of_the_list_and_a_reason_is_a_stage_for_that(team, owner):
    address = f"{team.here.prefix}inquiries/"
    assert owner.post(f"{address}answered/", {"deal": "here-Ann-4", "done": "sang"}).status_code == 404
    assert owner.post(f"{address}not/", {"deal": "here-Ann-4", "stage": "Won", "seen": "Quote"}).status_code == 400


def test_a_rep_takes_in_their_own_and_finds_nobody_of_others(team):
    rep = team.client("rep")
    _, page = take(team, rep, phone="0501234564", name="Of Ann", key="r1")  # the number of a deal of Ann's
    assert "Of Ann is written down. Handed to: Ben" in strip(page)
    assert "Ann-4" not in page
    answer, _ = take(team, rep, phone="055-7650002", owner="Cyd", key="r2")
    assert answer.status_code == 403
    assert team.client("viewer").get(f"{team.here.prefix}inquiries/").status_code == 403
    assert team.client("consultant").get(f"{team.here.prefix}inquiries/new/").status_code == 403


def test_rules_are_set_by_the_owner_and_hold_from_now_on(team, owner):
    address = f"{team.here.prefix}inquiries/rules/"
    typed = {"column": ["source", "product"], "value": ["fair", ""], "people": ["Ann, Ben", ""], "otherwise": "Cyd",
             "days": "45"}  # fmt: skip
    assert owner.post(address, typed, follow=True).status_code == 200
    with book_of(team).at_one_moment() as book:
        said = book.settings
    assert (said.handing.people({"source": "Fair"}), said.handing.otherwise, said.inquiry_days) == (
        ("Ann", "Ben"), ("Cyd",), 45,
    )  # fmt: skip
    _, page = take(team, owner, phone="055-7650003", name="R", source="fair", key="u1")
    assert "Handed to: Ann" in strip(page)
    assert owner.post(address, {**typed, "days": "0"}).status_code == 400
    assert owner.post(address, {**typed, "value": ["", ""]}).status_code == 400
    assert team.client("manager").get(address).status_code == 403


def test_links_dial_one_number_and_write_to_one_address(team, owner):
    evil = "x@y.com?bcc=a@evil.com&body=hi"
    take(team, owner, phone="054-7651111 / 052-7652222", email=evil, name="Two Numbers", channel="form", key="l1")
    take(team, owner, phone="055-7650009", email="Dana+a@Example.com", name="One Address", channel="form", key="l2")
    page = owner.get(f"{team.here.prefix}inquiries/").content.decode()
    assert 'href="tel:+972547651111"' in page
    assert "mailto:dana%2Ba@example.com" in page
    assert not re.search("(?<![0-9a-f])bcc", page)  # the key of a form may hold these letters
    with book_of(team).at_one_moment() as book:
        deal = book.is_known("054-7651111")["deal_id"]
    told = owner.get(f"{team.here.prefix}deal/", {"id": deal}).content.decode()
    assert 'href="tel:+972547651111"' in told
    assert "mailto:" not in told


def test_nobody_writes_by_whatsapp_to_a_line_in_a_wall(team, owner):
    take(team, owner, phone="03-6120077", name="A Line", channel="form", key="wl1")
    take(team, owner, phone="055-7650078", name="A Mobile", channel="form", key="wl2")
    page = owner.get(f"{team.here.prefix}inquiries/").content.decode()
    assert 'href="tel:+97236120077"' in page
    assert "wa.me/97236120077" not in page
    assert "wa.me/972557650078" in page


def test_taking_back_a_second_touch_takes_back_what_it_filled_in(team, owner):
    take(team, owner, phone="055-7650011", channel="phone", key="f1")
    _, page = take(team, owner, phone="055-7650011", name="Wrong Name", email="wrong@example.com", key="f2")
    with book_of(team).at_one_moment() as book:
        row = book.is_known("055-7650011")
        assert book.facts.deal(row["deal_id"])["contact"] == "Wrong Name"
    form = page.partition('id="done"')[2].partition("</form>")[0]
    numbers = re.findall(r'name="number" value="(\d+)"', form)
    assert len(numbers) == 2
    owner.post(f"{team.here.prefix}inquiries/undo/", {"deal": row["deal_id"], "number": numbers})
    with book_of(team).at_one_moment() as book:
        after = book.facts.deal(row["deal_id"])
        assert (after["contact"], after["email"], after["phone"]) == (None, None, "+972557650011")
        from yaad.book.deals import entries_of

        assert [one["counts"] for one in entries_of(book, row["deal_id"]) if one["kind"] == "act"] == [True, False]


def test_rules_for_people_whom_nobody_knows_are_refused_and_stay_in_the_form(team, owner):
    address = f"{team.here.prefix}inquiries/rules/"
    with book_of(team).at_one_moment() as book:
        before = book.settings.handing
    typed = {"column": ["branch"], "value": ["Haifa <b>"], "people": ["Ann, Dna"], "otherwise": "Bn", "days": "12"}
    answer = owner.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Nobody here is called: Dna, Bn." in re.sub("[\u2066-\u2069]", "", strip(page))
    for kept in (
        'value="Haifa &lt;b&gt;"',
        'value="Ann, Dna"',
        'value="Bn"',
        'value="12"',
        '<option value="branch" selected>',
    ):
        assert kept in page
    with book_of(team).at_one_moment() as book:
        assert book.settings.handing == before
