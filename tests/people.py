"""A server with two companies and people of every role; each row carries a word that tells whose it is."""

from dataclasses import dataclass, field
from pathlib import Path

from yaad.book import Book

KEY = "a key for tests alone, with letters enough: 0123456789 ABCDEFGHIJ"
ADDRESS = "http://127.0.0.1:8000"
PASSWORD = "correct horse battery staple"
SELLERS = {"north": ("Ann", "Ben"), "port": ("Eli",), "south": ("Cyd", "Dan")}
"""Team → who sells in it; the port is part of the north. Ann, Cyd and Eli are reps with an account."""
STAGES = "stages: [Meeting, Quote, {name: Won, type: won}, {name: Lost, type: lost}]"
EVENTS = (
    "kind: events\nshape: events\ncolumns: {id: deal, stage: stage, at: at, rep: who, name: title, source: source,"
    f" amount: amount, phone: phone}}\n{STAGES}\nequal_times: file_order\nzone: UTC\n"
)


def marker(company: str, person: str) -> str:
    """A word that stands in every deal of this person and nowhere else."""
    return f"mark{company}{person.lower()}"


def rows(company: str) -> list[str]:
    """Events of six deals a person: two won, two lost, two open; with names, phones and amounts of their own."""
    found = ["deal,stage,at,who,title,source,amount,phone"]
    everybody = [person for team in SELLERS.values() for person in team]
    for place, person in enumerate(everybody):
        for n in range(6):
            deal = f"{company}-{person}-{n}"
            told = f"{person},{marker(company, person)} {n},{'web' if n % 2 else 'fair'},{1000 + 10 * place + n},"
            told += f"05{place}123456{n}"
            found.append(f"{deal},Meeting,2026-10-{1 + n:02},{told}")
            found.append(f"{deal},Quote,2026-10-{6 + n:02},{told}")
            if n < 4:
                found.append(f"{deal},{'Won' if n < 2 else 'Lost'},2026-10-{12 + n:02},{told}")
    return found


@dataclass
class Company:
    """A company of the tests and the accounts in it, by what they are called here."""

    id: str
    name: str
    root: Path
    accounts: dict[str, object] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """What stands before the addresses of its pages."""
        return f"/c/{self.id}/"


PARTS = {
    "owner": {"role": "owner"},
    "manager": {"role": "manager", "team": "north", "person": "Ann"},
    "rep": {"role": "rep", "person": "Ben"},
    "rep_south": {"role": "rep", "person": "Cyd"},
    "consultant": {"role": "consultant"},
    "viewer": {"role": "viewer"},
}
"""Who is in each company, and as what."""
SEEN = {
    "owner": {"Ann", "Ben", "Eli", "Cyd", "Dan"},
    "manager": {"Ann", "Ben", "Eli"},
    "rep": {"Ben"},
    "rep_south": {"Cyd"},
    "consultant": {"Ann", "Ben", "Eli", "Cyd", "Dan"},
    "viewer": set(),
}
"""Whose single rows each of them sees."""


def begin(called: str, folder: Path) -> Company:
    """A company with its data, its teams and an account of each role."""
    import datetime as dt

    from yaad.server import companies
    from yaad.server.models import Account, Membership

    owner = Account.objects.create_user(f"owner@{called}.example", PASSWORD, name=f"owner {called}")
    made = companies.begin(owner, f"Company {called}", zone="UTC")
    found = Company(made.id, made.name, companies.folder_of(made.id), {"owner": owner})
    folder.mkdir(parents=True)
    (folder / "events.csv").write_text("\n".join(rows(called)), "utf-8")
    (folder / "events.yaml").write_text(EVENTS, "utf-8")
    book = Book.create(found.root)
    book.import_files([folder / "events.csv"], mapping=folder / "events.yaml")
    at = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
    for team, people in SELLERS.items():
        book.set_setting(f"team:{team}", {"under": "north" if team == "port" else None}, at=at, by="owner")
        for person in people:
            book.set_setting(f"person:{person}", {"team": team}, at=at, by="owner")
    book.close()
    for name, part in PARTS.items():
        if name != "owner":
            account = Account.objects.create_user(f"{name}@{called}.example", PASSWORD, name=f"{name} {called}")
            Membership.objects.create(company=made, account=account, **part)
            found.accounts[name] = account
    return found


@dataclass
class Team:
    """Both companies; ``here`` is asked, ``there`` is foreign."""

    here: Company
    there: Company

    def client(self, name: str, company: Company | None = None):
        """A browser in which an account of a company has signed in."""
        from django.test import Client

        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login((company or self.here).accounts[name])
        return client
