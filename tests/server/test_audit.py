"""The audit log: lines without gaps, chained; every change and gap is found; no value of a person stands in it."""

import json
from threading import Thread

import pytest
from django.db import connection, transaction


@pytest.fixture(scope="module")
def audit(home):
    from yaad.server import audit

    return audit


@pytest.fixture(scope="module")
def company(home):
    from django.core.management import call_command

    from yaad.server.models import Company

    made = Company.objects.create(name="One")
    yield made
    call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def chain(audit, company):
    """Five lines in a chain that is rolled back afterwards."""
    from yaad.server.models import AuditEvent

    with transaction.atomic():
        for n in range(5):
            audit.record(company.id, 7, "target.set", f"target:{n}", {"amount": 1000 + n})
        yield AuditEvent.objects.filter(company=company).order_by("seq")
        transaction.set_rollback(True)


def tamper(statement: str, *values: object) -> None:
    """As somebody would who holds the database itself; whoever calls this rolls it back."""
    with connection.cursor() as cursor:
        for guard in ("stays", "lasts"):
            cursor.execute(f"DROP TRIGGER IF EXISTS server_auditevent_{guard}")
        cursor.execute(statement, values)


def test_lines_are_numbered_and_chained(audit, chain, company):
    lines = list(chain)
    assert [line.seq for line in lines] == [1, 2, 3, 4, 5]
    assert lines[0].before == ""
    assert [line.before for line in lines[1:]] == [line.digest for line in lines[:-1]]
    assert audit.verify(company.id) is None


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE server_auditevent SET actor = 8 WHERE seq = 3", (3, "changed")),
        ("UPDATE server_auditevent SET action = 'x' WHERE seq = 1", (1, "changed")),
        ("UPDATE server_auditevent SET detail = '{\"amount\": 9}' WHERE seq = 5", (5, "changed")),
        ("DELETE FROM server_auditevent WHERE seq = 2", (2, "missing")),
        ("DELETE FROM server_auditevent WHERE seq = 1", (1, "missing")),
    ],
)
def test_a_change_or_a_gap_is_named(audit, chain, company, statement, found):
    tamper(statement)
    broken = audit.verify(company.id)
    assert (broken.seq, broken.why) == found


def test_a_line_put_right_again_is_found_by_the_next(audit, chain, company):
    """Somebody changes a line and gives it a digest that fits."""
    line = chain[2]
    line.action = "target.removed"
    tamper("UPDATE server_auditevent SET action = %s, digest = %s WHERE seq = 3", line.action, audit.digest_of(line))
    assert audit.verify(company.id) == audit.Broken(4, "moved")


def test_chains_stand_apart(audit, chain, company):
    with transaction.atomic():
        first = audit.record(None, None, "server.started")
        assert (first.seq, first.before) == (1, "")
        assert audit.verify(None) is None
        assert audit.record(company.id, 7, "target.set").seq == 6


def test_a_line_goes_with_what_it_tells(audit, company):
    from yaad.server.models import AuditEvent

    with transaction.atomic():
        audit.record(company.id, 7, "company.renamed")
        transaction.set_rollback(True)
    assert not AuditEvent.objects.filter(company=company).exists()


def test_no_value_of_a_person_stands_in_a_line(audit, chain, company):
    line = audit.record(
        company.id,
        7,
        "member.invited",
        "Dana@Example.com",
        {"email": "dana@example.com", "to": ["x dana@example.com"], "deep": {"person": "Dana Levi"}, "role": "rep"},
    )
    told = json.dumps([line.subject, line.detail]).lower()
    assert "dana" not in told
    assert "levi" not in told
    assert line.subject == audit.personal("dana@example.com") == line.detail["email"]
    assert line.detail["role"] == "rep"
    assert audit.verify(company.id) is None


def test_what_a_database_would_give_back_otherwise_is_kept_as_text(audit, chain, company):
    audit.record(
        company.id, None, "export.made", "table:deals", {"part": 0.1, "big": 1e300, "nul": "a\0b", "of": {3, 1}}
    )
    line = chain.last()
    assert line.detail == {"part": "0.1", "big": "1e+300", "nul": "ab", "of": [1, 3]}
    assert audit.verify(company.id) is None


def test_many_at_once_leave_no_gap(audit, company):
    from yaad.server.models import AuditEvent, Company

    own = Company.objects.create(name="Busy")

    def write() -> None:
        for n in range(5):
            audit.record(own.id, n, "deal.won")
        connection.close()

    threads = [Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditEvent.objects.filter(company=own).count() == 40
    assert audit.verify(own.id) is None
