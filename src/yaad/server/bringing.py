"""The way of what people send into the book: kept, read, asked about, answered, imported; each step as a job."""

from collections.abc import Iterable, Mapping

from django.core.files.uploadedfile import UploadedFile

from yaad.errors import InputError
from yaad.intake import Kind
from yaad.server import drafts, tasks
from yaad.server.drafts import Draft, Step
from yaad.server.jobs import Job, State
from yaad.server.state import opened
from yaad.text import Message, render


def taken(
    files: "Iterable[UploadedFile[bytes]]", lang: str, *, pasted: str = "", kind: str = "", as_of: str = ""
) -> Draft:
    """Keep what was sent and begin to read it.

    Args:
        files: uploaded ones, a mapping file among them where there is one.
        lang: of who sent it.
        pasted: a table pasted from a spreadsheet; empty when there is none.
        kind: what the rows are; the files say it where this is empty or none of ours.
        as_of: the day that the data are true for, as typed.

    Raises:
        InputError: neither a file nor a table came, two files of one name, or a mapping alone.
        BookError: the disk is full.
    """
    found = _kept(files, lang, pasted, kind)
    found.as_of = as_of
    read_again(found, lang)
    return found


def taken_in(files: "Iterable[UploadedFile[bytes]]", lang: str) -> Draft:
    """Keep files that leave nothing open, a mapping among them, and begin to import them at once.

    Raises:
        InputError, BookError: see `taken`.
    """
    found = _kept(files, lang, "", "")
    begin(found, "", lang)
    return found


def _kept(files: "Iterable[UploadedFile[bytes]]", lang: str, pasted: str, kind: str) -> Draft:
    upload = opened().uploads.keep(files, pasted, render(Message("web.pasted_name"), lang))
    found = drafts.start(upload, kind if kind in list(Kind) else "")
    if not found.files:
        raise InputError(Message("web.only_mapping"))
    return found


def read_again(found: Draft, lang: str) -> None:
    """Start to read (again): after a drop and after each round of answers."""
    found.step, found.error, found.cancelled = Step.READING, None, False
    found.job = opened().jobs.submit(tasks.UNDERSTAND, _arguments(found, lang))
    found.save()


def advance(found: Draft) -> Job | None:
    """Take over what the draft's job has come to; the job while it still runs, else None."""
    if not found.job:
        return None
    job = opened().jobs.progress(found.job)
    if not job.state.final:
        return job
    importing = found.step is Step.IMPORTING
    found.job, found.error, found.cancelled = "", None, job.state is State.CANCELLED
    if job.state is State.DONE and importing:
        found.report, found.step = job.result, Step.IMPORTED
        opened().uploads.forget_files(found.id)
    elif job.state is State.DONE:
        found.understood, found.step = job.result, Step.UNDERSTOOD
    else:
        found.step = Step.UNDERSTOOD
        found.error = job.error if job.state is State.FAILED else None
    found.save()
    return None


def is_at_rest(found: Draft) -> bool:
    """Whether an upload waits for who brought it: nothing works on it, and it is not in the book yet."""
    return advance(found) is None and found.step is not Step.IMPORTED and bool(found.files)


def answer(found: Draft, answers: Mapping[str, str], lang: str) -> None:
    """Answers to what was open, or another word on a stage that was taken; the files are read again with them."""
    given = {name: text for name, text in answers.items() if not _says_what_is_taken(found, name, text)}
    found.answers |= given
    found.answered = {name: told for name, told in found.answered.items() if name not in given} | _in_words(found)
    read_again(found, lang)


def _says_what_is_taken(found: Draft, name: str, text: str) -> bool:
    """Whether it is no more than what was understood of a stage that nobody asked about."""
    understood = found.understood or {}
    asked = any(question["id"] == name for question in understood.get("questions", []))
    taken = {f"stage:{stage['name']}": stage["type"] for stage in understood.get("stages", [])}
    return not asked and taken.get(name) == text


def _in_words(found: Draft) -> dict[str, object]:
    """The questions that were asked last and are answered now, each with its answer as it stood there."""
    asked = (found.understood or {}).get("questions", [])
    told: dict[str, object] = {}
    for question in asked:
        given = found.answers.get(question["id"])
        if given is not None:
            chosen = next((option for option in question["options"] if option["answer"] == given), None)
            told[question["id"]] = {"text": question["text"], **(chosen or {"answer": given, "named": True})}
    return told


def begin(found: Draft, as_of: str, lang: str) -> None:
    """Import an upload that leaves nothing open."""
    found.as_of = as_of
    found.step, found.error, found.cancelled = Step.IMPORTING, None, False
    found.job = opened().jobs.submit(tasks.IMPORT, _arguments(found, lang))
    found.save()


def _arguments(found: Draft, lang: str) -> dict[str, object]:
    return {
        "book": str(opened().place.book),
        "paths": [str(path) for path in found.files],
        "mapping": str(found.mapping) if found.mapping else "",
        "kind": found.kind,
        "answers": found.answers,
        "as_of": found.as_of,
        "lang": lang,
        "source": found.source,
        "waits": found.waits,
    }
