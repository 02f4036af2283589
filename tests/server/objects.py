"""An object of each kind in a company of the tests, so that every address has one to speak of."""

import datetime as dt
from collections.abc import Callable

from tests.people import Company, marker


def nothing_begins(put: Callable[[object, str, object], None]) -> None:
    """Pages that wait for a job wait for one that is none.

    Args:
        put: sets an attribute, such as ``setattr``.
    """
    from yaad.faces.web import computing
    from yaad.server.jobs import Job, State

    put(computing, "waiting", lambda what: computing.Waiting(what, Job("x", State.WAITING)))


def objects_of(called: str, company: Company) -> dict[str, str]:
    """An object of each kind, by what the addresses call it."""
    from django.utils import timezone

    from yaad.book import Book
    from yaad.book.sources.named import Source, SourceFiles
    from yaad.server import drafts, made, tokens
    from yaad.server.models import Invitation, Membership
    from yaad.server.scoping import current, on_behalf_of, scope
    from yaad.server.state import opened
    from yaad.server.webhooks.keeping import Letter, State, Webhook, Webhooks

    owner = company.accounts["owner"]
    with on_behalf_of(scope(owner.pk, company.id)):
        token, _told = tokens.make(current(), "program", ["read"])
        upload = opened().uploads.keep([], pasted=f"deal,stage\n1,{marker(called, 'Cyd')}\n")
        draft = drafts.start(upload, "")
        draft.save()
        with made.begun() as new:
            new.save()
    folder = company.root / "watched"
    SourceFiles(company.root).save(Source(f"source{called}", "folder", path=str(folder)))
    invitation = Invitation.objects.create(
        company_id=company.id, role="rep", email=f"new@{called}.example", digest=called, by=owner,
        expires_at=timezone.now() + dt.timedelta(days=1),
    )  # fmt: skip
    book = Book.open(company.root)
    first = book.imports()[0].name
    book.close()
    member = Membership.objects.get(company=company.id, account=company.accounts["rep"])
    hook = Webhook(
        f"webhook{called}", marker(called, "Cyd"), "https://hooks.example/x", ("deal.note",), f"account:{owner.pk}",
        "2026-10-20", is_active=False,
    )  # fmt: skip
    lost = Letter(f"event{called}", "deal.note", "0 ", hook.since, 8, {"key": "outgoing.why_cut", "values": {}})
    Webhooks(company.root)._write((hook,))
    Webhooks(company.root)._keep(hook.id, State("0 ", letters=(lost,)))
    return {
        "webhook": hook.id, "event": lost.id,
        "draft": draft.id, "report": new.id, "job": "0" * 16, "import": first, "token": str(token.pk),
        "invitation": str(invitation.pk), "source": f"source{called}", "member": str(member.pk),
    }  # fmt: skip
