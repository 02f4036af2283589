"""One person of the data, for an owner: what is held of them, all of it as a file, and their erasure, by jobs."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.book.persons import Part
from yaad.errors import InputError
from yaad.faces.api.declared import File, reads, takes_out, writes
from yaad.faces.api.jobs import JOB, JobId, begun
from yaad.faces.api.parameters import Body, Name
from yaad.faces.api.shapes import work as shapes
from yaad.server import asked_persons, persons, tasks
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.tokens import Scope
from yaad.text import Message

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
WHO = {"who": "Dana", "part": "seller"}


class Who(Body):
    """Whom it is about: a person who sells, or a customer."""

    who: Name
    part: Annotated[Literal["seller", "customer"], Field(examples=["seller"])]

    def asked(self) -> tuple[str, Part]:
        """As the rooms below know it."""
        return " ".join(self.who.split()), Part.SELLER if self.part == "seller" else Part.CUSTOMER


@writes(router, "/persons/look", Capability.PEOPLE, shapes.Job, scope=Scope.PEOPLE, status=202, body=WHO, example=JOB)
def look_at_person(request: HttpRequest, body: Who) -> Json:
    """Begin to count what is held of somebody."""
    del request
    return begun(asked_persons.begin(asked_persons.LOOK, *body.asked()))


@reads(
    router,
    "/persons/look/{job}",
    Capability.PEOPLE,
    shapes.Held,
    scope=Scope.PEOPLE,
    kept=False,
    example={"counts": {"deals": 120, "activities": 340}, "accounts": 1, "is_unfinished": False},
)
def person_held(request: HttpRequest, job: JobId) -> Json:
    """What a job found of somebody, counted."""
    del request
    return {**asked_persons.looked(job), "is_unfinished": persons.is_unfinished(current())}


@writes(router, "/persons/export", Capability.PEOPLE, shapes.Job, scope=Scope.PEOPLE, status=202, body=WHO, example=JOB)
def export_person(request: HttpRequest, body: Who) -> Json:
    """Begin to write all that is held of somebody."""
    del request
    return begun(asked_persons.begin(asked_persons.EXPORT, *body.asked()))


@takes_out(router, "/persons/export/{job}", Capability.PEOPLE, "zip", scope=Scope.PEOPLE)
def person_archive(request: HttpRequest, job: JobId) -> File:
    """All that a job wrote of somebody, as one archive; it is handed out once."""
    del request
    return File(asked_persons.archive(job), "zip", "person.zip")


class Erase(Who):
    """Who is erased.

    Attributes:
        again: who it is, said once more.
    """

    again: Name


@writes(
    router,
    "/persons/erase",
    Capability.PEOPLE,
    shapes.Job,
    scope=Scope.PEOPLE,
    status=202,
    body={**WHO, "again": "Dana"},
    example={**JOB, "phase": "erase_files"},
)
def erase_person(request: HttpRequest, body: Erase) -> Json:
    """Erase somebody from the book, the journal and the accounts; they stay erased."""
    del request
    who, part = body.asked()
    if " ".join(body.again.split()) != who:
        raise InputError(Message("person.type_again"))
    return begun(asked_persons.begin_erasing(who, part))


@writes(
    router,
    "/persons/erase/finish",
    Capability.PEOPLE,
    shapes.Job,
    scope=Scope.PEOPLE,
    status=202,
    example={**JOB, "phase": "erase_files"},
)
def finish_erasing(request: HttpRequest) -> Json:
    """Do to its end what was broken off of an erasing."""
    del request
    return begun(opened().jobs.submit(tasks.ERASE, {}))


@reads(
    router,
    "/persons/erase/{job}",
    Capability.PEOPLE,
    shapes.Erased,
    scope=Scope.PEOPLE,
    kept=False,
    example={"originals": 2, "files": 3, "entries": 17},
)
def person_erased(request: HttpRequest, job: JobId) -> Json:
    """What an erasing changed, counted; or why nobody was erased."""
    del request
    told: Json = asked_persons.erased(job)
    return told
