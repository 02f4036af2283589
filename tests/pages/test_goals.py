"""The page of targets: set, divide and take back without scripts; its figures are those of Python."""

import json
import re

import pytest

from yaad.book import Book

pytestmark = pytest.mark.browser


def press(page, action):
    with page.expect_navigation():
        page.locator(f"form[action='{action}'] button").first.click()


@pytest.fixture
def goals(visit, full):
    """The page in a browser without scripts; targets that a test leaves behind are taken back."""
    page = visit(full, "/goals/?period=2026-11", lang="en", js=False)
    yield page
    page.goto(full.base + "/goals/?period=2026-11")
    while page.locator("form[action='/goals/undo/']").count():
        press(page, "/goals/undo/")


def told(page, full, query="?period=2026-11"):
    return json.loads(page.context.request.get(f"{full.base}/goals.json{query}").text())


def rounded(value):
    """Sums in another order end in other last digits."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return round(value, 9) if isinstance(value, float) else value


def test_without_a_target_the_page_offers_to_set_one(goals):
    assert goals.locator(".empty").first.is_visible()
    assert goals.locator("form[action='/goals/set/']").count() >= 1
    assert goals.locator("form[action='/goals/split/']").count() == 0


def test_without_a_target_the_first_page_leads_to_setting_one(goals, full):
    goals.goto(full.base + "/")
    assert "No target is set for" in goals.inner_text("#month")
    with goals.expect_navigation():
        goals.click("#month a")
    assert goals.locator("form[action='/goals/set/']").first.is_visible()


def test_a_target_is_set_divided_and_taken_back(goals, full):
    goals.fill("form[action='/goals/set/'] input[name=value]", "1000000")
    press(goals, "/goals/set/")
    assert goals.url.startswith(f"{full.base}/goals/?period=2026-11")
    assert "is set: ₪1,000,000." in goals.inner_text("#done")
    found = told(goals, full)
    assert found["target"] == 1_000_000
    assert found["gap"] == pytest.approx(1_000_000 - found["achieved"])
    assert found["closings"] == -(-found["gap"] // found["average"])
    assert f"{found['closings']} closings" in goals.inner_text("#goal-lead")
    press(goals, "/goals/split/")
    assert "divided into 3 parts. Taking one part back takes back all of it." in goals.inner_text("#done")
    parts = told(goals, full)["parts"]["owner"]
    assert round(sum(part["target"] for part in parts if part["target"]), 2) == 1_000_000
    assert sorted(part["name"] for part in parts) == sorted({"יואב כהן", "Michal A.", "עומר חדד"})
    assert goals.locator("table tbody tr").count() >= len(parts)
    undo = goals.locator("form[action='/goals/undo/']")
    assert undo.count() == 2 + len(parts), "of the target, of each part, and of what was just done"
    with goals.expect_navigation():
        undo.last.get_by_text("Undo the division").click()
    assert "The division is taken back, all 3 parts of it." in goals.inner_text("#done")
    assert goals.locator("#done button").count() == 0
    assert goals.locator("form[action='/goals/undo/']").count() == 1, "a division is taken back whole"
    assert told(goals, full)["target"] == 1_000_000


def test_from_the_whole_a_name_leads_to_the_persons_target_and_back(goals, full):
    goals.fill("form[action='/goals/set/'] input[name=value]", "600000")
    press(goals, "/goals/set/")
    press(goals, "/goals/split/")
    name = next(part["name"] for part in told(goals, full)["parts"]["owner"] if part["target"])
    with goals.expect_navigation():
        goals.locator("table th[scope=row] a", has_text=name).first.click()
    assert name in goals.inner_text("#h-goal")
    own = told(goals, full, goals.url.partition("/goals/")[2])
    assert own["whose"] == {"owner": name}
    assert goals.locator(".mile li").count() == len(own["milestones"])
    assert goals.locator("form[action='/goals/split/']").count() == 0, "a month of one person is not divided"
    with goals.expect_navigation():
        goals.get_by_role("link", name="All together").click()
    assert told(goals, full, goals.url.partition("/goals/")[2])["whose"] == {}


def test_what_was_just_set_is_taken_back_beside_its_sentence(goals, full):
    goals.fill("form[action='/goals/set/'] input[name=value]", "₪700,000")
    press(goals, "/goals/set/")
    with goals.expect_navigation():
        goals.click("#done button")
    assert "Taken back" in goals.inner_text("#done")
    assert told(goals, full)["target"] is None
    goals.reload()
    goals.goto(full.base + "/goals/?period=2026-11&done=999999")
    assert goals.locator("#done").count() == 0


def test_a_target_apart_from_the_sum_of_its_people_is_said_at_once(goals):
    goals.fill("form[action='/goals/set/'] input[name=value]", "900000")
    press(goals, "/goals/set/")
    press(goals, "/goals/split/")
    goals.fill("form[action='/goals/set/'] input[name=value]", "1000000")
    press(goals, "/goals/set/")
    assert "The targets of the people sum to ₪100K less than the whole." in goals.inner_text("#done")


def test_the_page_tells_what_python_tells(goals, full):
    goals.fill("form[action='/goals/set/'] input[name=value]", "900000")
    press(goals, "/goals/set/")
    book = Book.open(full.root)
    try:
        assert rounded(told(goals, full)) == rounded(book.goals.status("2026-11").to_dict("en"))
        made = json.loads(goals.context.request.get(f"{full.base}/proposals.json").text())
        assert rounded(made) == rounded(book.goals.propose().to_dict("en"))
    finally:
        book.close()


def test_what_cannot_be_a_target_is_said_and_the_form_stays(goals):
    goals.fill("form[action='/goals/set/'] input[name=value]", "much")
    with goals.expect_response(lambda answer: answer.request.method == "POST") as answered:
        press(goals, "/goals/set/")
    assert answered.value.status == 400
    assert goals.locator("[role=alert]").is_visible()
    assert goals.input_value("form[action='/goals/set/'] input[name=value]") == "much"


def test_a_target_of_another_currency_is_told_which_one_to_take(goals):
    goals.fill("form[action='/goals/set/'] input[name=value]", "$5000")
    press(goals, "/goals/set/")
    assert "Set the target in ILS." in re.sub("[\u2066-\u2069]", "", goals.inner_text("[role=alert]"))


def test_a_form_from_elsewhere_writes_nothing(goals, full):
    answer = goals.context.request.post(f"{full.base}/goals/set/", form={"value": "5", "period": "2026-11"})
    assert answer.status == 403
    assert told(goals, full)["target"] is None
