"""What the database itself holds, whatever the program says: entries stay as they were written, rows stay in a company.

Put up after every migration, so that a table that was made anew or added has them as well:

- entries of journals and lines of audit chains are only ever added, each with the next number of its company;
- on PostgreSQL every table of companies shows and takes only rows of the company on whose behalf is asked
  (`yaad.server.acting`), also from the tables' owner, and the role that serves may do no more than it needs.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from yaad.server.acting import EVERY
from yaad.server.home import OWNER

GROWING = ("server_journalentry", "server_auditevent")
"""Tables that only grow."""
COMPANIES = "server_company"

COMPANY = "current_setting('yaad.company', true)"
ACCOUNT = "nullif(current_setting('yaad.account', true), '')::bigint"
KEY = "nullif(current_setting('yaad.key', true), '')"
ALSO_SEEN = {
    COMPANIES: (
        "id IN (SELECT company_id FROM server_membership WHERE account_id = $account)"
        " OR id IN (SELECT company_id FROM server_invitation WHERE digest = $key)"
    ),
    "server_membership": "account_id = $account",
    "server_token": "account_id = $account OR digest = $key",
    "server_invitation": "digest = $key",
}
"""Table → rows that are seen, not written, from outside their company: one's own, and what one holds the key of."""
ALSO_WRITTEN = {"server_auditevent": "company_id IS NULL"}
"""Table → rows of no company: the server's own chain of lines."""
TOLD = {
    "$company": "current_setting('yaad.company', true)",
    "$account": "nullif(current_setting('yaad.account', true), '')::bigint",
    "$key": "nullif(current_setting('yaad.key', true), '')",
}
"""On whose behalf is asked, as the database was told."""

TRIGGERS = ("grows", "stays", "lasts")
IN_SQLITE = (
    # a row that another one would replace is refused too: SQLite deletes it without a word to other triggers
    """CREATE TRIGGER $table_grows BEFORE INSERT ON $table
    WHEN NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM $table WHERE company_id IS NEW.company_id)
        OR EXISTS (SELECT 1 FROM $table WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'append only'); END""",
    "CREATE TRIGGER $table_stays BEFORE UPDATE ON $table BEGIN SELECT RAISE(ABORT, 'append only'); END",
    "CREATE TRIGGER $table_lasts BEFORE DELETE ON $table BEGIN SELECT RAISE(ABORT, 'append only'); END",
)
KEYS_IN_SQLITE = """CREATE TRIGGER server_journalentry_keys BEFORE INSERT ON server_journalentry
    WHEN EXISTS (SELECT 1 FROM server_journalentry WHERE company_id = NEW.company_id AND key = NEW.key)
    BEGIN SELECT RAISE(ABORT, 'append only'); END"""
IN_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION $table_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'append only' USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE OR REPLACE FUNCTION $table_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.seq <> 1 + (CASE WHEN NEW.company_id IS NULL
        THEN (SELECT coalesce(max(seq), 0) FROM $table WHERE company_id IS NULL)
        ELSE (SELECT coalesce(max(seq), 0) FROM $table WHERE company_id = NEW.company_id) END)
    THEN RAISE EXCEPTION 'append only' USING ERRCODE = 'restrict_violation'; END IF;
    RETURN NEW; END $$""",
    "CREATE TRIGGER $table_grows BEFORE INSERT ON $table FOR EACH ROW EXECUTE FUNCTION $table_next()",
    "CREATE TRIGGER $table_stays BEFORE UPDATE OR DELETE ON $table FOR EACH ROW EXECUTE FUNCTION $table_refuse()",
    "CREATE TRIGGER $table_lasts BEFORE TRUNCATE ON $table EXECUTE FUNCTION $table_refuse()",
)
APART = (
    "ALTER TABLE $table ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE $table FORCE ROW LEVEL SECURITY",
    "DROP POLICY IF EXISTS of_company ON $table",
    "CREATE POLICY of_company ON $table USING ($own) WITH CHECK ($own)",
    "DROP POLICY IF EXISTS seen_from_outside ON $table",
)
ROLE = "role"
SEEN = "CREATE POLICY seen_from_outside ON $table FOR SELECT USING ($seen)"


def put(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put the guards up in a database, or up again.

    Args:
        using: the connection of the tables' owner.
    """
    connection = connections[using]
    with transaction.atomic(using=using):
        for table in GROWING:
            _let_grow(connection, table)
        if connection.vendor == "postgresql":
            for table, column in of_companies().items():
                _keep_apart(connection, table, column)
            _grant(connection, str(settings.DATABASES[DEFAULT_DB_ALIAS]["USER"]))


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Let entries be changed, in one transaction: to erase a person, and for nothing else.

    Args:
        using: the connection of the tables' owner.
    """
    connection = connections[using]
    with transaction.atomic(using=using):
        for table in GROWING:
            _run(connection, *_without(connection.vendor, table))
        yield
        for table in GROWING:
            _let_grow(connection, table)


def of_companies() -> dict[str, str]:
    """Every table with rows of companies → the column that says of which."""
    options = [model._meta for model in apps.get_models()]  # noqa: SLF001 – Django's documented way to a model's fields
    theirs = [one.db_table for one in options if any(field.name == "company" for field in one.fields)]
    return {COMPANIES: "id"} | dict.fromkeys(theirs, "company_id")


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """What is not guarded as it should be: names of tables, and `ROLE` where the role that serves may do too much."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            there = {row[0] for row in cursor.fetchall()}
            return [table for table in GROWING if not {f"{table}_{name}" for name in TRIGGERS} <= there]
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")
        there = {row[0] for row in cursor.fetchall()}
        bare = [table for table in GROWING if not {f"{table}_{name}" for name in TRIGGERS} <= there]
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        held = {row[0] for row in cursor.fetchall()}
        bare += [table for table in of_companies() if table not in held]
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT 1 FROM pg_class WHERE relname = %s"
            " AND pg_has_role(relowner, 'USAGE')) FROM pg_roles WHERE rolname = current_user",
            [COMPANIES],
        )
        return bare + [ROLE] * bool(cursor.fetchone()[0])


def _run(connection: BaseDatabaseWrapper, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _filled(statements: Iterable[str], said: Mapping[str, str]) -> list[str]:
    """Statements with our own names of tables and conditions in their places; `said` is filled in in its order."""
    found = list(statements)
    for place, text in said.items():
        found = [statement.replace(place, text) for statement in found]
    return found


def _without(vendor: str, table: str) -> list[str]:
    """Statements that take the triggers of a table away."""
    of = f" ON {table}" if vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {table}_{name}{of}" for name in (*TRIGGERS, "keys")]


def _let_grow(connection: BaseDatabaseWrapper, table: str) -> None:
    statements = IN_POSTGRESQL if connection.vendor == "postgresql" else IN_SQLITE
    _run(connection, *_without(connection.vendor, table), *_filled(statements, {"$table": table}))
    if connection.vendor == "sqlite" and table in KEYS_IN_SQLITE:
        _run(connection, KEYS_IN_SQLITE)


def _keep_apart(connection: BaseDatabaseWrapper, table: str, column: str) -> None:
    own = f"{column} = $company OR $company = '{EVERY}'"
    own += f" OR {ALSO_WRITTEN[table]}" if table in ALSO_WRITTEN else ""
    seen = ALSO_SEEN.get(table, "")
    statements = [*APART, *([SEEN] if seen else [])]
    _run(connection, *_filled(statements, {"$table": table, "$own": own, "$seen": seen} | TOLD))


def _grant(connection: BaseDatabaseWrapper, role: str) -> None:
    """The role that serves reads and writes rows, and cannot change what a table is."""
    if connection.alias != OWNER:
        return
    quoted = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = (connection.ops.quote_name(name) for name in cursor.fetchone())
    _run(
        connection,
        f"GRANT CONNECT ON DATABASE {database} TO {quoted}",
        f"GRANT USAGE ON SCHEMA {schema} TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted}",
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {quoted}",
        *(f"REVOKE UPDATE, DELETE ON {table} FROM {quoted}" for table in GROWING),
    )
