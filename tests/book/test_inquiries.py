"""Inquiries that come into a book: one person is one inquiry, handed on in turn, kept once, rebuilt alike."""

import datetime as dt
from itertools import permutations

import pytest

import yaad
from yaad.book.persons.erasing import begin, finish
from yaad.book.persons.finding import Part, find
from yaad.errors import InputError, NotAllowed, UnknownName
from yaad.facts import KeyTaken
from yaad.model import Viewer
from yaad.model.inquiries import Touch
from yaad.server.doors.keeping import Door, Doors
from yaad.text import Message

DEALS = """\
id,stage,created,closed,owner,phone,email,source
A,New,2026-01-05 09:00,,Noa,050-111 2222,,Fair
B,Lost,2026-01-05 09:00,2026-01-08 10:00,Gil,0503334444,,Fair
C,New,2025-06-01 09:00,,Gil,,Ron@Example.com,Web
"""
MAP = """\
kind: deals
columns: {id: id, stage: stage, created: created, closed: closed, owner: owner, phone: phone, email: email,
          source: source}
stages: [New, Quote, {name: Junk, type: not_inquiry}, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: Asia/Jerusalem
"""
AT = dt.datetime(2026, 1, 12, 10, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
ANN = Touch(
    name="Ann Levi", phone="054-777 8888", source="Facebook", campaign="Spring", channel="ad", text="a kitchen?"
)


@pytest.fixture
def book(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    made = yaad.Book.create(tmp_path / "book")
    made.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    return made


def come(book, touch, at=AT, key=None):
    return book.inquiry(touch, at=at, by="door", key=key)


def ids(book):
    return {row["deal_id"] for row in book.facts.run(book.facts.deals.select("deal_id")).to_pylist()}


def test_a_new_person_is_a_new_inquiry_in_the_first_open_stage(book):
    found = come(book, ANN)
    row = book.facts.deal(found.deal_id)
    assert found.is_new
    assert (row["stage"], row["outcome"], row["contact"], row["phone"]) == ("New", "open", "Ann Levi", "+972547778888")
    assert (row["source"], row["campaign"], row["created_day"]) == ("Facebook", "Spring", AT.date())
    assert (found.entry.channel, found.entry.incoming, found.entry.text) == ("ad", True, "a kitchen?")


def test_a_person_of_a_file_is_found_in_any_spelling_and_the_first_source_stays(book):
    found = come(book, Touch(phone="+972-50-1112222", email="A@B.com", source="Google", channel="whatsapp", text="hi"))
    assert (found.is_new, found.deal_id) == (False, "A")
    row = book.facts.deal("A")
    assert (row["source"], row["email"], row["phone"]) == ("Fair", "a@b.com", "050-111 2222")
    assert found.entry.source == "Google"
    again = come(book, Touch(email=" a@b.COM", channel="email"), at=AT + DAY)
    assert (again.is_new, again.deal_id) == (False, "A")


@pytest.mark.parametrize("typed", ["12", "call me", "050-12", "after 16:30, from 12.3.26"])
def test_what_can_be_no_number_is_asked_again_unless_something_else_tells_who_it_is(book, typed):
    before = ids(book)
    for touch in (Touch(phone=typed), Touch(phone=typed, text="a kitchen")):
        with pytest.raises(InputError, match="cannot be a telephone number"):
            come(book, touch)
    assert ids(book) == before
    found = come(book, Touch(phone=typed, name="Dana", text="a kitchen"))
    assert (found.no_phone, found.entry.text) == (typed, f"{typed}\na kitchen")
    assert book.no_phone_of(found.deal_id, found.entry.seq) == typed
    assert book.no_phone_of(found.deal_id, found.begun) == ""  # of no touch
    assert book.no_phone_of("A", found.entry.seq) == ""  # of another deal
    row = book.facts.deal(found.deal_id)
    assert (row["contact"], row["phone"]) == ("Dana", None)
    by_itself = book.inquiry(Touch(phone=typed, text="a bath"), at=AT, by="", by_stranger=True)
    assert by_itself.entry.text == f"{typed}\na bath"  # nobody is there to ask
    assert come(book, Touch(phone="050-765 4321")).no_phone == ""


def test_who_was_lost_or_came_long_ago_begins_anew(book):
    assert come(book, Touch(phone="050-333-4444")).is_new
    assert come(book, Touch(email="ron@example.com")).is_new
    book.set_setting("inquiry_days", 365, at=AT, by="o")
    assert not come(book, Touch(email="RON@example.com"), at=AT + DAY).is_new


def test_a_closed_inquiry_is_followed_by_a_new_one(book):
    first = come(book, ANN)
    book.lose(first.deal_id, at=AT + DAY, by="Noa")
    second = come(book, ANN, at=AT + 2 * DAY)
    assert second.is_new
    assert second.deal_id != first.deal_id


def test_days_are_counted_from_the_last_touch(book):
    first = come(book, ANN)
    assert not come(book, ANN, at=AT + 29 * DAY).is_new
    assert come(book, ANN, at=AT + 58 * DAY).deal_id == first.deal_id
    assert come(book, ANN, at=AT + 89 * DAY).is_new


TOUCHES = (
    Touch(name="Ann", phone="054-777 8888", channel="form"),
    Touch(phone="+972547778888", channel="whatsapp", text="again"),
    Touch(phone="00972 54 777 8888", email="ann@example.com", channel="ad"),
    Touch(name="Ben", phone="052-9998888", channel="phone"),
)


@pytest.mark.parametrize("order", list(permutations(range(len(TOUCHES))))[::5])
def test_whatever_the_order_each_person_is_one_inquiry(book, order):
    before = ids(book)
    for step, number in enumerate(order):
        come(book, TOUCHES[number], at=AT + step * DAY)
    assert len(ids(book) - before) == 2


@pytest.mark.parametrize("order", list(permutations((0, 9, 17, 30)))[::4])
def test_whatever_the_order_of_the_days_one_person_is_one_inquiry(book, order):
    before = ids(book)
    for days in order:
        come(book, ANN, at=AT + days * DAY)
    assert len(ids(book) - before) == 1


def test_numbers_that_are_nobodys_fold_nobody(book):
    assert come(book, Touch(phone="050-0000000", name="One")).is_new
    assert come(book, Touch(phone="0500000000", name="Two")).is_new
    assert come(book, Touch(name="Three")).is_new
    assert come(book, Touch(name="Three")).is_new


def test_numbers_that_end_alike_are_of_two(book):
    assert come(book, Touch(phone="03-1112222")).is_new


def test_sent_twice_it_is_one_touch(book):
    before = ids(book)
    first, second = come(book, ANN, key="k"), come(book, ANN, key="k", at=AT + DAY)
    assert first == second
    assert len(ids(book) - before) == 1
    with pytest.raises(KeyTaken):
        come(book, Touch(phone="054-777 8888", text="something else"), key="k")
    follow = come(book, Touch(phone="054-777 8888"), key="x" * 190)
    book.lose(first.deal_id, at=AT + DAY, by="Noa")
    assert come(book, Touch(phone="054-777 8888"), key="x" * 190) == follow


def test_what_was_begun_and_not_finished_goes_on(book, monkeypatch):
    kept = book._written

    def killed(*_args, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(book, "_written", killed)
    with pytest.raises(KeyboardInterrupt):
        come(book, ANN, key="k")
    monkeypatch.setattr(book, "_written", kept)
    found = come(book, ANN, key="k", at=AT + 40 * DAY)
    assert found.is_new
    assert found.entry.deal_id == found.deal_id
    assert len(ids(book)) == 4


def test_a_rebuild_gives_the_same(book):
    come(book, ANN)
    come(book, Touch(phone="0501112222", source="Google"))
    before = book.facts.run(book.facts.deals.drop("recorded_seq").order_by("deal_id")).to_pylist()
    activities = book.facts.run(book.facts.activities.drop("recorded_seq", "deal").order_by("activity_id")).to_pylist()
    book.rebuild()
    assert book.facts.run(book.facts.deals.drop("recorded_seq").order_by("deal_id")).to_pylist() == before
    assert (
        book.facts.run(book.facts.activities.drop("recorded_seq", "deal").order_by("activity_id")).to_pylist()
        == activities
    )


def test_what_says_nothing_or_too_much_is_refused(book):
    before = ids(book)
    for touch in (Touch(), Touch(source="Web"), Touch(name="x" * 3000), Touch(name="\x00\x1b ")):
        with pytest.raises(InputError):
            come(book, touch)
    with pytest.raises(UnknownName, match="pigeon"):
        come(book, Touch(name="x", channel="pigeon"))
    assert ids(book) == before
    assert book.inquiry(Touch(name="a\x00b"), at=AT, by="x").is_new
    with pytest.raises(InputError):
        yaad.Book.create(book.root.parent / "empty").inquiry(ANN, at=AT, by="x")


RULES = {"rules": [{"when": {"source": "facebook"}, "to": ["Dana", "Noa"]}], "otherwise": ["Gil"]}


def test_inquiries_are_handed_by_the_first_rule_and_in_turn(book):
    book.set_setting("inquiry_rules", RULES, at=AT - DAY, by="o")
    handed = [come(book, Touch(phone=f"05{n}-1234567", source="Facebook")).owner for n in (1, 2, 3, 4)]
    assert handed == ["Dana", "Noa", "Dana", "Noa"]
    assert come(book, Touch(name="x", source="Fair")).owner == "Gil"
    assert come(book, Touch(name="x", source="Facebook", owner="Ron")).owner == "Ron"
    book.rebuild()
    assert come(book, Touch(phone="055-1234567", source="Facebook")).owner == "Dana"
    book.set_setting("inquiry_rules", {**RULES, "rules": []}, at=AT - DAY, by="o")
    assert come(book, Touch(phone="058-1234567", source="Facebook")).owner == "Gil"
    book.set_setting("inquiry_rules", None, at=AT, by="o")
    assert come(book, Touch(phone="058-7654321")).owner == ""


@pytest.mark.parametrize(
    "value",
    [{"rules": [{"when": {}, "to": ["Dana"]}]}, {"rules": [{"when": {"stage": "x"}, "to": ["Dana"]}]},
     {"otherwise": "Dana"},
     {"rules": [{"when": {"source": "x"}, "to": []}]}, {"else": []}, [], {"otherwise": [""]}],
)  # fmt: skip
def test_rules_that_say_nothing_are_refused(book, value):
    with pytest.raises(InputError):
        book.set_setting("inquiry_rules", value, at=AT, by="o")


def test_who_sees_some_deals_hands_to_their_own_and_is_told_of_no_others(book):
    book.set_setting("inquiry_rules", RULES, at=AT - DAY, by="o")
    gil = book.seen_by(Viewer(frozenset({"Gil"})))
    found = gil.inquiry(Touch(phone="050-111 2222"), at=AT, by="Gil")  # of a deal of Noa's
    assert (found.is_new, found.owner) == (True, "Gil")
    assert gil.is_known("050-333 4444")["deal_id"] == "B"
    assert book.seen_by(Viewer(frozenset({"Noa"}))).is_known("050-333 4444") is None
    with pytest.raises(NotAllowed):
        gil.inquiry(Touch(name="x", owner="Noa"), at=AT, by="Gil")
    both = book.seen_by(Viewer(frozenset({"Noa", "Gil"})))
    assert {both.inquiry(Touch(name="x"), at=AT, by="m").owner for _ in range(2)} == {"Gil"}


def waiting(book, now=AT + DAY, **between):
    return book.unanswered(now, **between)


def test_who_waits_is_told_with_the_minutes_of_opening_hours(book):
    sunday = dt.datetime(2026, 1, 11, 16, tzinfo=dt.UTC)  # 18:00 in Jerusalem: closed
    first = come(book, ANN, at=sunday).deal_id
    found = waiting(book, dt.datetime(2026, 1, 12, 8, tzinfo=dt.UTC))  # Monday, 10:00 there; open since 9:00
    one = {each.deal_id: each for each in found.inquiries}[first]
    assert (one.name, one.minutes, one.is_late, one.said) == ("Ann Levi", 60, False, "a kitchen?")
    later = waiting(book, dt.datetime(2026, 1, 12, 9, tzinfo=dt.UTC))
    assert {each.deal_id: each.is_late for each in later.inquiries}[first]
    come(book, Touch(phone="054-777 8888", channel="whatsapp", source="Google", text="anybody there?"), at=AT)
    one = {each.deal_id: each for each in waiting(book).inquiries}[first]
    assert (one.touches, one.sources, one.said) == (2, ("Facebook", "Google"), "anybody there?")
    book.act(first, "call", at=AT + DAY, by="Noa", went="no_show")
    assert first not in {each.deal_id for each in waiting(book, AT + 2 * DAY).inquiries}


def test_who_called_or_came_in_was_spoken_with(book):
    called = come(book, Touch(name="Ann", phone="054-777 8888", channel="phone")).deal_id
    wrote = come(book, Touch(name="Ben", phone="054-777 8889", channel="form")).deal_id
    junk = come(book, Touch(name="Dan", phone="054-777 8880", channel="form")).deal_id
    book.move(junk, "Junk", at=AT, by="Noa")
    told = {each.deal_id for each in waiting(book).inquiries}
    assert wrote in told
    assert not {called, junk} & told


def test_who_turns_to_us_again_after_an_answer_waits_again(book):
    """Sunday, 11 January 2026, Jerusalem; open from 9:00 to 17:00, which is 7:00 to 15:00 in UTC."""

    def at(hour, minute=0):
        return dt.datetime(2026, 1, 11, hour, minute, tzinfo=dt.UTC)

    def again(hour=14):
        found = waiting(book, at(hour))
        assert found.n_again == len(found.again)
        assert not {one.deal_id for one in found.again} & {one.deal_id for one in found.inquiries}
        return {one.deal_id: one for one in found.again}

    wrote = Touch(phone="054-777 8888", channel="whatsapp", source="Google", text="anybody there?")
    deal = come(book, ANN, at=at(8)).deal_id
    come(book, wrote, at=at(8, 30))
    assert again() == {}, "nobody has answered yet: it waits as one that came"
    answer = book.act(deal, "call", at=at(9), by="Noa", went="held")
    assert again() == {}
    come(book, wrote, at=at(10))
    come(book, wrote, at=at(11))
    told = again()[deal]
    assert (told.came, told.minutes, told.is_late, told.touches, told.said) == (at(10), 240, True, 4, "anybody there?")
    book.undo(deal, answer.seq, at=at(12), by="Noa")
    assert again() == {}, "without the answer it is one that came"
    book.act(deal, "message", at=at(12), by="Noa")
    assert again() == {}
    come(book, wrote, at=at(13))
    assert set(again()) == {deal}
    assert waiting(book, at(14) + 2 * DAY, first=dt.date(2026, 1, 12)).n_again == 0
    book.move(deal, "Lost", at=at(13, 30), by="Noa")
    assert again() == {}


def test_those_that_wait_are_those_of_the_measure(book):
    for number in range(7):
        deal = come(
            book, Touch(name="x", phone=f"054-777 888{number}", channel="form"), at=AT + number * DAY / 3
        ).deal_id
        if number % 3 == 0:
            book.act(deal, "message", at=AT + number * DAY / 3, by="Noa")
    found = waiting(book, AT + 2 * DAY, first=dt.date(2020, 1, 1))
    (figure,) = book.measure("unanswered").content
    assert found.n == figure.value == 4
    yesterday = waiting(book, AT + 2 * DAY, first=AT.date() + DAY, last=AT.date() + DAY)
    assert (yesterday.n, yesterday.older) == (2, 1)


def test_without_a_log_nobody_knows(book):
    assert not waiting(book).has_log


def test_what_they_said_is_erased_with_them(book):
    come(book, ANN)
    come(book, Touch(phone="054-7778888", text="Ann Levi again, 054-7778888", channel="whatsapp"), at=AT + DAY)
    found = find(book.facts, "054-777 8888", Part.CUSTOMER)
    begin(book.root, found, AT)
    finish(book.root, AT)
    book.close()
    said = b"".join(path.read_bytes() for path in book.root.rglob("*") if path.is_file())
    for word in ("Ann Levi", "547778888", "7778888", "a kitchen?"):
        assert word.encode() not in said


def test_a_company_with_doors_and_no_data_yet_can_be_begun(tmp_path):
    (tmp_path / "doors").mkdir()
    (tmp_path / "doors" / "doors.json").write_text("[]", "utf-8")
    assert yaad.Book.create(tmp_path).is_empty


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"name=Dana+Levi&email=dana%40ex.com&phone=054-7778888", "application/x-www-form-urlencoded"),
        (b'{"id": "s", "name": "\\u0044ana Levi", "email": "dana\\u0040ex.com", "phone": "0547778888"}',
         "application/json"),
    ],
)  # fmt: skip
def test_letters_are_erased_with_the_person_however_they_were_written(book, body, content_type):
    come(book, Touch(name="Dana Levi", phone="054-777 8888", email="dana@ex.com", text="hi"))
    doors = Doors(book.root)
    door = Door(id="aa", name="Web", kind="webhook", key="k")
    assert doors.put_aside(door, Message("inquiries.unreadable"), body, content_type, AT)
    assert "Dana Levi" in doors.letters()[0].body
    found = find(book.facts, "054-777 8888", Part.CUSTOMER)
    begin(book.root, found, AT)
    finish(book.root, AT)
    said = "".join(one.body for one in doors.letters())
    for word in ("Dana", "dana", "7778888"):
        assert word not in said
