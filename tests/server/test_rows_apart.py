"""On PostgreSQL no query reads or writes rows of another company, whatever it says; run by `test_on_postgresql.py`."""

import os
import random
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, connections, transaction

pytestmark = pytest.mark.skipif(not os.environ.get("YAAD_TEST_DATABASE"), reason="needs a PostgreSQL of its own")
SEED = 20261129
QUERIES = int(os.environ.get("YAAD_QUERIES", "300"))


@pytest.fixture(scope="module")
def tables(team):
    """Every table of companies → its column, each with rows of both."""
    import datetime as dt

    from django.utils import timezone

    from yaad.server import audit, guards
    from yaad.server.models import Answered, Invitation, Token

    for place, one in enumerate((team.here, team.there)):
        owner = one.accounts["owner"]
        audit.record(one.id, owner.pk, "test.made", f"deal:{one.name}")
        soon = timezone.now() + dt.timedelta(days=1)
        digest = f"{place}" * 64
        Invitation.objects.create(
            company_id=one.id, role="rep", email=f"new@{one.id}.example", digest=digest, expires_at=soon
        )
        Token.objects.create(company_id=one.id, account=owner, name="t", prefix="p", digest=digest, expires_at=soon)
        Answered.objects.create(company_id=one.id, account=owner, key="k", digest=digest)
    return guards.of_companies()


@pytest.fixture
def here(team):
    """Work for the owner of one company; without an account of theirs elsewhere."""
    from yaad.server.scoping import on_behalf_of, scope

    with on_behalf_of(scope(team.here.accounts["owner"].pk, team.here.id)):
        yield team.here.id


def asked(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def queries(tables: dict[str, str], foreign: str) -> Iterator[tuple[str, list[str]]]:
    """Random queries, and the columns of a company that each gives: filters, joins, unions, groups, subqueries."""
    draw, names = random.Random(SEED), sorted(tables)

    def column(table: str) -> str:
        return tables[table]

    def condition(alias: str, table: str) -> str:
        mine, other = f"{alias}.{column(table)}", draw.choice(names)
        return draw.choice([
            "true",
            f"{mine} = '{foreign}'",
            f"{mine} IS NOT NULL",
            f"NOT ({mine} = 'x')",
            f"{mine} LIKE 'c%%'",
            f"{mine} IN (SELECT {column(other)} FROM {other})",
            f"length({mine}) > {draw.randint(0, 12)}",
            f"EXISTS (SELECT 1 FROM server_company x WHERE x.id = {mine})",
            f"{mine} > '{foreign[: draw.randint(0, 9)]}'",
        ])  # fmt: skip

    while True:
        one, two, way = draw.choice(names), draw.choice(names), draw.choice(["LEFT", "FULL", "INNER", "RIGHT"])
        where = f" {draw.choice(['AND', 'OR'])} ".join(condition("a", one) for _ in range(draw.randint(1, 3)))
        also = condition("b", two)
        a, b = f"a.{column(one)}", f"b.{column(two)}"
        yield draw.choice([
            f"SELECT {a} FROM {one} a WHERE {where}",
            f"SELECT {a}, {b} FROM {one} a {way} JOIN {two} b ON {a} = {b} WHERE {where} OR {also}",
            f"SELECT {a}, {b} FROM {one} a CROSS JOIN {two} b WHERE {also}",
            f"SELECT {a} FROM {one} a UNION ALL SELECT {b} FROM {two} b WHERE {also}",
            f"SELECT max({a}), min({a}) FROM {one} a WHERE {where} GROUP BY {a}",
            f"WITH w AS (SELECT * FROM {one}) SELECT {a} FROM w a WHERE {where} ORDER BY {a} DESC",
            f"SELECT (SELECT max({b}) FROM {two} b), {a} FROM {one} a",
            f"SELECT unnest(array_agg({a})) FROM {one} a",
            f"SELECT {a} FROM {one} a WHERE {where} OFFSET {draw.randint(0, 3)}",
        ])  # fmt: skip


def foreign_rows(tables: dict[str, str], own: str, foreign: str, most: int) -> int:
    found = 0
    for _, query in zip(range(most), queries(tables, foreign), strict=False):
        found += sum(value not in (None, own) for row in asked(query) for value in row)
    return found


def test_no_query_gives_a_row_of_another_company(team, tables, here):
    assert foreign_rows(tables, here, team.there.id, QUERIES) == 0
    assert all(
        asked(f"SELECT count(*) FROM {table} WHERE {column} = %s", here)[0][0] for table, column in tables.items()
    )


def test_without_force_the_owner_would_have_seen_them(team, tables, here):
    """The planted null: the same queries find foreign rows as soon as the guard does not hold who asks."""
    from yaad.server.home import OWNER

    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT set_config('yaad.company', %s, true)", [here])
        cursor.execute("SELECT count(*) FROM server_membership WHERE company_id = %s", [team.there.id])
        assert cursor.fetchone() == (0,)  # forced: the owner is held as well
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        found = 0
        for _, query in zip(range(50), queries(tables, team.there.id), strict=False):
            cursor.execute(query.replace("%%", "%"))
            found += sum(value not in (None, here) for row in cursor.fetchall() for value in row)
        transaction.set_rollback(True, using=OWNER)
    assert found > 0


def test_the_programs_own_queries_without_their_filters(team, tables, here):
    from django.apps import apps

    for model in apps.get_models():
        if model._meta.db_table in tables and model._meta.db_table != "server_company":
            assert set(model.objects.values_list("company_id", flat=True)) == {here}, model
    from yaad.server.models import Company

    assert [one.id for one in Company.objects.all()] == [here]


def test_nothing_is_written_into_another_company(team, tables, here):
    from yaad.server.models import Company, JournalEntry, Membership

    owner = team.here.accounts["owner"]
    attempts = [
        lambda: Membership.objects.create(company_id=team.there.id, account=owner, role="owner"),
        lambda: JournalEntry.objects.create(company_id=team.there.id, seq=1, key="x", body="{}"),
        lambda: Company.objects.create(name="Another"),
        lambda: Membership.objects.filter(account=owner).update(company=team.there.id),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match=r"row-level security|append only"), transaction.atomic():
            attempt()
    assert Membership.objects.filter(company=team.there.id).update(role="owner") == 0
    assert Company.objects.filter(pk=team.there.id).update(name="mine") == 0
    assert Membership.objects.filter(company=team.there.id).delete()[0] == 0


def test_nobody_sees_nothing_and_an_account_its_own(team, tables):
    from yaad.server.acting import NOBODY, act, as_account, with_key
    from yaad.server.models import Company, Invitation, Membership, Token

    with act(NOBODY):
        seen = {
            table: asked(f"SELECT count(*) FROM {table} WHERE {column} <> ''")[0][0] for table, column in tables.items()
        }
    assert set(seen.values()) == {0}
    with as_account(team.here.accounts["rep"].pk):
        assert [one.account_id for one in Membership.objects.all()] == [team.here.accounts["rep"].pk]
        assert [one.id for one in Company.objects.all()] == [team.here.id]
        assert Membership.objects.update(role="owner") == 0
    with act(NOBODY), with_key("1" * 64):
        assert [one.company_id for one in Invitation.objects.all()] == [team.there.id]
        assert [one.company_id for one in Token.objects.all()] == [team.there.id]
        assert [one.id for one in Company.objects.all()] == [team.there.id]
        assert not Membership.objects.exists()


def test_nothing_stays_on_the_connection(team, here):
    """The next one to use it is told anew; and where nobody told it, nothing is there."""
    from yaad.server.models import Membership

    assert Membership.objects.exists()
    with connection.connection.cursor() as bare:  # past the wrapper, as another program on the same pool would
        assert bare.execute("SELECT count(*) FROM server_membership").fetchone() == (0,)
        assert bare.execute("SELECT current_setting('yaad.company', true)").fetchone() == ("",)


def test_what_is_told_follows_a_change_within_a_transaction_and_a_savepoint(team, here):
    from yaad.server.acting import in_company
    from yaad.server.models import Membership

    def companies() -> set[str]:
        return set(Membership.objects.values_list("company_id", flat=True).filter(account__email__contains="rep"))

    with transaction.atomic():
        assert companies() == {team.here.id}
        with transaction.atomic():
            with in_company(team.there.id):
                assert companies() == {team.there.id}
            transaction.set_rollback(True)
        assert companies() == {team.here.id}
        with in_company(team.there.id):
            assert companies() == {team.there.id}
        assert companies() == {team.here.id}


def test_the_role_that_serves_cannot_lower_its_guard(team, tables):
    from yaad.server import guards

    assert guards.missing() == []
    assert "role" in guards.missing("owner")
    statements = [
        "ALTER TABLE server_membership DISABLE ROW LEVEL SECURITY",
        "DROP POLICY of_company ON server_membership",
        "ALTER TABLE server_journalentry DISABLE TRIGGER ALL",
        "DROP TRIGGER server_journalentry_stays ON server_journalentry",
        "TRUNCATE server_journalentry",
        "SET ROLE owns",
    ]
    for statement in statements:
        with pytest.raises(DatabaseError, match=r"must be owner|permission denied"), transaction.atomic():
            connection.cursor().execute(statement)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE server_token NO FORCE ROW LEVEL SECURITY")
        assert "server_token" in guards.missing("owner")
        transaction.set_rollback(True, using="owner")


def test_the_owner_itself_changes_no_entry(team, tables):
    for statement in (
        "UPDATE server_journalentry SET body = ''",
        "DELETE FROM server_auditevent",
        "TRUNCATE server_auditevent",
    ):
        with (
            pytest.raises(DatabaseError, match="append only"),
            transaction.atomic(using="owner"),
            connections["owner"].cursor() as cursor,
        ):
            cursor.execute(statement)


def test_pages_of_a_company_are_served_and_those_of_another_are_not(team):
    client = team.client("rep")
    assert client.get(f"{team.here.prefix}funnel.json").status_code == 200
    assert client.get(f"{team.there.prefix}funnel.json").status_code == 404
