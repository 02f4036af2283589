"""The matrix of rights: every address × who asks × how, made of the declared policies; and what nobody may cause."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hypothesis import settings
from tests import loops
from tests.people import PARTS, SEEN, SELLERS, marker

from yaad.server.roles import MAY, Capability, Role

EVERYBODY = sorted(person for team in SELLERS.values() for person in team)
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
VERBS = ("GET", "POST", "DELETE")
ALL_VERBS = ("GET", "HEAD", *UNSAFE)
API = "api/v1/companies/<str:company>/"

SAMPLES: dict[str, str] = {
    "ending": "json",
    "measure": "won",
    "what": "chances",
    "table": "deals",
    "kind": "folder",
    "door": "door",
    "letter": "letter",
    "version": "x",
    "path": "yaad.css",
    "deal_id": "{company}-Cyd-0",
}
"""Parameter → its value, where it is the same in every company or made of its name."""
OBJECTS: dict[str, dict[str, str]] = {
    "deal/": {"number": "1"},
    "deals/": {"number": "1"},
    "files/": {"draft": "draft", "name": "draft", "number": "0"},
    "reports/": {"report": "report", "name": "report"},
    "imports/undoing/": {"job": "job"},
    "imports/": {"name": "import"},
    "people/invited/": {"number": "invitation"},
    "people/person/": {"job": "job"},
    "people/": {"number": "member"},
    "persons/": {"job": "job"},
    "source/": {"name": "source", "number": "0"},
    "uploads/": {"upload": "draft", "number": "0"},
    "invitations/": {"number": "invitation"},
    "sources/": {"name": "source", "number": "0"},
    "jobs/": {"job": "job"},
    "tokens/": {"number": "token"},
    "webhooks/": {"webhook": "webhook", "letter": "event"},
}
"""Beginning of an address → parameter → which object of the company is meant; a number stands for itself."""


@dataclass(frozen=True)
class Address:
    """An address of a company, with its parameters still open.

    Attributes:
        route: as it is declared.
        reads, writes: what it needs; of an operation of programs only the one that its verb asks for.
        verbs: those that it can be asked by; empty: any.
        is_api: it is for programs.
    """

    route: str
    reads: object
    writes: object
    verbs: tuple[str, ...] = ()
    is_api: bool = False

    def needs(self, verb: str) -> object:
        """What a verb needs."""
        return self.writes if verb in UNSAFE else self.reads

    @property
    def has_object(self) -> bool:
        """Whether a parameter names something that belongs to one company."""
        return "deal_id" in self.route or any(not value.isdecimal() for value in self._objects.values())

    @property
    def _objects(self) -> dict[str, str]:
        names = {found["name"] for found in PARAMETER.finditer(self.route)}
        beginning = next((one for one in OBJECTS if self.route.startswith(one)), "")
        return {name: value for name, value in OBJECTS.get(beginning, {}).items() if name in names}

    def filled(self, company: str, objects: dict[str, str], **samples: str) -> str:
        """The address with a sample for each parameter.

        Raises:
            LookupError: there is none: it is to be put into `SAMPLES` or `OBJECTS`.
        """

        def one(found: re.Match[str]) -> str:
            name = found["name"]
            if name in self._objects:
                return objects.get(self._objects[name], self._objects[name])
            if name not in SAMPLES:
                raise LookupError(f"{self.route}: no sample for <{name}>")
            return samples.get(name, SAMPLES[name]).format(company=company)

        return PARAMETER.sub(one, self.route)


def of_pages(patterns) -> Iterator[Address]:
    """The addresses of the pages of a company."""
    from yaad.server.policy import POLICY, addresses

    for route, pattern in addresses(patterns):
        policy = getattr(pattern.callback, POLICY)
        reads, writes = policy if isinstance(policy, tuple) else (policy, policy)
        yield Address(route, reads, writes)


def of_programs(api) -> Iterator[Address]:
    """The operations for programs in a company."""
    from yaad.faces.api.declared import Needs

    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for one in view.operations:
                (policy,) = (each.policy for each in one.auth_callbacks if isinstance(each, Needs))
                route = re.sub(r"{(?:\w+:)?(\w+)}", r"<\1>", path).lstrip("/")
                yield Address(route, policy, policy, tuple(one.methods), is_api=True)


def database_digest() -> str:
    """Of all rows of all tables, but for the sessions, which every request touches, and when a token was shown last."""
    from django.apps import apps

    told = hashlib.sha256()
    for model in apps.get_models():
        if model.__name__ != "Session" and model._meta.managed:
            names = [field.attname for field in model._meta.concrete_fields if field.attname != "used_at"]
            told.update(repr((model.__name__, list(model.objects.order_by("pk").values_list(*names)))).encode())
    return told.hexdigest()


def folder_digest(*roots) -> str:
    """Of all files of books: their names, sizes and when they were written; without the server's own things beside."""
    told = hashlib.sha256()
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix not in (".sqlite-wal", ".sqlite-shm") and "jobs." not in path.name:
                state = path.stat()
                told.update(repr((str(path), state.st_size, state.st_mtime_ns)).encode())
    return told.hexdigest()


@dataclass
class Found:
    """Offences, collected so that one run names them all."""

    offences: list[str] = field(default_factory=list)

    def check(self, *, right: bool, told: str) -> None:
        """Note what is wrong."""
        if not right:
            self.offences.append(told)


def foreign(answer, company: str, other: str, part: str, asked: str = "") -> list[str]:
    """Words in an answer – body, headers, files – that who asked may not see; what they asked for may be said again."""
    body = _body(answer)
    text = "\n".join([*_texts(body), *(f"{name}: {value}" for name, value in answer.headers.items())])
    text = text.replace(asked, "") if asked else text
    found = [f"mark{other}"] if re.search(rf"mark{other}|\b{other}-", text) else []
    hidden = [person for person in EVERYBODY if person not in SEEN[part]]
    found += [person for person in hidden if marker(company, person) in text or re.search(rf"\b{person}\b", text)]
    if re.search(r"\b05\d1234", text) and not SEEN[part]:
        found.append("a phone")
    return found


def _body(answer) -> bytes:
    """All of an answer; of a stream that goes on, what it begins with."""
    if not getattr(answer, "streaming", False):
        return answer.content
    if not answer.is_async:
        return b"".join(answer.streaming_content)

    async def beginning():
        stream = aiter(answer.streaming_content)
        found = await anext(stream)
        await stream.aclose()
        return found

    return loops.run(beginning())


def _texts(body: bytes) -> Iterable[str]:
    """What stands in a file, as text."""
    if body[:2] == b"PK":
        import io
        import zipfile

        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
    if body[:4] == b"PAR1":
        import io

        import pyarrow.parquet as pq

        return [repr(pq.read_table(io.BytesIO(body)).to_pylist())]
    return [body.decode("utf-8", "replace")]


# ---- asking ----------------------------------------------------------------------------------------------------------

UNMEASURED = ("static/", "worker.js", "offline/")


def searching() -> bool:
    """Whether all is asked that there is."""
    return settings.get_current_profile_name() == "searching"


def role_of(name: str) -> Role:
    """The role of somebody in the companies of the tests."""
    return Role(PARTS[name]["role"])


def every_address() -> list[Address]:
    """All addresses of a company, for people and for programs."""
    from yaad.faces.api import urls as programs
    from yaad.faces.web import urls

    found = [*of_pages(urls.urlpatterns), *of_programs(programs.inside)]
    return [one for one in found if not one.route.startswith(UNMEASURED)]


def at(one: Address, company, objects: dict[str, str], company_called: str, **samples: str) -> str:
    """Where an address stands in a company."""
    filled = one.filled(company_called, objects, **samples)
    return "/" + API.replace("<str:company>", company.id) + filled if one.is_api else company.prefix + filled


def ask(client, verb: str, address: str, token: str = ""):
    """The answer; to a program where a token is shown."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    more = {"content_type": "application/json"} if verb in UNSAFE else {}
    return client.generic(verb, address, headers=headers, **more)


def digest(world) -> tuple[str, str]:
    """Of all that the companies hold."""
    return database_digest(), folder_digest(world.team.here.root, world.team.there.root)


def refused(world, name: str, addresses: Iterable[Address], *, client=None, token: str = "") -> list[str]:
    """What is wrong with the answers to what a role may not do.

    Args:
        world: the companies.
        name: who asks, as what they are now.
        addresses: are asked.
        client: the browser in which they signed in; a new one when absent.
        token: their program shows it.
    """
    found, may = Found(), MAY[role_of(name)]
    client, here = client or world.team.client(name), world.team.here
    before = digest(world)
    for one in addresses:
        for verb in one.verbs or (ALL_VERBS if searching() else VERBS):
            if one.needs(verb) in may or not isinstance(one.needs(verb), Capability):
                continue
            answer = ask(client, verb, at(one, here, world.objects["here"], "here"), token)
            told = f"{name} {verb} {one.route}"
            found.check(right=answer.status_code == 403, told=f"{told}: {answer.status_code}")
            found.check(right=not foreign(answer, "here", "there", name), told=f"{told}: tells {SEEN[name]}")
        after = digest(world)
        found.check(right=after == before, told=f"{name} {one.route}: changed something")
        before = after
    return found.offences
