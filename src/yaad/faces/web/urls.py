"""All addresses of the pages."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path, register_converter

from yaad.faces.web import computing
from yaad.faces.web.static_files import ASSETS
from yaad.faces.web.views import (
    audit,
    board,
    board_live,
    board_many,
    calendars,
    chances,
    company,
    customers,
    deal,
    doctor,
    doors,
    dwell,
    errors,
    files,
    forecast,
    funnel,
    goals,
    grid,
    imports,
    inquiries,
    kpis,
    leaving,
    levers,
    measured,
    measures,
    mornings,
    my_day,
    on_device,
    opt_outs,
    overview,
    own_board,
    papers,
    people,
    persons,
    pipeline,
    plan,
    quotes,
    reports,
    source_taken,
    sources,
    tokens,
    visits,
    webhooks,
    why,
)
from yaad.faces.web.views.stopping import stops
from yaad.server import drafts, made
from yaad.server.policy import check, is_open, needs
from yaad.server.roles import Capability
from yaad.text import LANGUAGES


class Ending:
    """The ending of an address that asks for data."""

    regex = "json|csv|xlsx|parquet"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(Ending, "ending")


def figures(address: str, view: Callable[..., HttpResponse], name: str) -> list[URLPattern]:
    """A page of figures and the same figures as files: ``address/``, ``address.json``, ``address.csv`` and more."""
    return [path(f"{address}/", view, name=name), path(f"{address}.<ending:ending>", view, name=f"{name}-file")]


urlpatterns = [
    *needs(
        Capability.TOTALS,
        path("", overview.overview, name="overview"),
        *figures("funnel", funnel.funnel, "funnel"),
        *figures("conversion", funnel.conversion, "conversion"),
        *figures("time", dwell.dwell, "dwell"),
        *figures("kpis", kpis.kpis, "kpis"),
        *figures("kpis/<slug:measure>", kpis.kpi, "kpi"),
        *figures("measures", measures.measures, "measures"),
    ),
    *needs(
        Capability.ROWS,
        *figures("calls", overview.calls, "calls"),
        path("board/", board.board, name="board"),
        path("my-day/", my_day.my_day, name="today"),
        path("my-day.txt", mornings.text, name="today-text"),
        path("my-day/mail/", mornings.mail, name="morning-mail"),
        path("measured/", measured.measured, name="measured"),
        path("pipeline/", pipeline.pipeline, name="pipeline"),
        path("pipeline/grid/", grid.grid, name="grid"),
        path("pipeline/live/", board_live.live, name="pipeline-live"),
        path("pipeline/lanes/", board_live.lanes, name="pipeline-lanes"),
        *figures("deal", deal.deal, "deal"),
        path("deal/file/<int:number>/", papers.paper, name="deal-paper"),
        path("deal/quote/<int:number>/", papers.document, name="deal-quote-document"),
        path("inquiries/", inquiries.inquiries, name="inquiries"),
        *figures("stuck", dwell.stuck, "stuck"),
        *figures("chances", chances.chances, "chances"),
        *figures("plan", plan.plan, "plan"),
        *figures("kpis/<slug:measure>/deals", kpis.deals, "kpi-deals"),
        *figures("goals", goals.goals, "goals"),
        *figures("proposals", goals.proposals, "proposals"),
        *figures("forecast", forecast.forecast, "forecast"),
        *figures("moved", forecast.moved, "moved"),
        *figures("backtest", forecast.backtest, "backtest"),
        *figures("judgements", forecast.judgements, "judgements"),
        *figures("customers", customers.customers, "customers"),
        *figures("customer", customers.customer, "customer"),
        *figures("cohorts", customers.cohorts, "cohorts"),
        *figures("levers", levers.levers, "levers"),
        *figures("leaks", levers.leaks, "leaks"),
        *figures("doctor", doctor.doctor, "doctor"),
        *figures("why/<slug:measure>", why.why, "why"),
        path("computing/<slug:what>/", computing.progress, name="computing"),
        path("computing/<slug:what>/start/", computing.start, name="computing-start"),
        path("computing/<slug:what>/cancel/", computing.cancel, name="computing-cancel"),
        path("tables/<slug:table>.<ending:ending>", reports.table_file, name="table-file"),
    ),
    *needs(
        Capability.TARGETS,
        path("goals/set/", goals.set_target, name="goal-set"),
        path("goals/split/", goals.split, name="goal-split"),
        path("goals/remove/", goals.remove, name="goal-remove"),
        path("goals/undo/", goals.undo, name="goal-undo"),
    ),
    *needs(
        Capability.WRITE,
        path("visits/new/", visits.new, name="visit-new"),
        path("device/", on_device.device, name="device"),
    ),
    *needs(Capability.NOTE, path("deal/note/", deal.note, name="deal-note")),
    *needs(
        Capability.WRITE,
        path("deal/close/", deal.close, name="deal-close"),
        path("deal/did/", deal.did, name="deal-did"),
        path("deal/change/", deal.change, name="deal-change"),
        path("deal/file/", papers.attach, name="deal-attach"),
        path("deal/leave/", leaving.leave, name="deal-leave"),
        path("deal/move/", deal.move, name="deal-move"),
        path("deal/quote/", quotes.quote, name="deal-quote"),
        path("deal/undo/", deal.undo, name="deal-undo"),
        path("deal/quote/take/", quotes.take, name="deal-quote-take"),
        path("deal/withdraw/", quotes.withdraw, name="deal-withdraw"),
        path("forecast/judge/", forecast.judge, name="judge"),
        path("pipeline/grid/change/", grid.change, name="grid-change"),
        path("pipeline/grid/undo/", grid.undo, name="grid-undo"),
        path("pipeline/many/", board_many.many, name="pipeline-many"),
        path("pipeline/many/back/", board_many.back, name="pipeline-many-back"),
        path("pipeline/move/", pipeline.move, name="pipeline-move"),
        path("pipeline/new/", pipeline.write_down, name="pipeline-new"),
        path("pipeline/undo/", pipeline.undo, name="pipeline-undo"),
        path("inquiries/new/", inquiries.new, name="inquiry-new"),
        path("inquiries/answered/", inquiries.answered, name="inquiry-answered"),
        path("inquiries/not/", inquiries.no_inquiry, name="inquiry-not"),
        path("inquiries/undo/", inquiries.undo, name="inquiry-undo"),
        path("opt-out/", opt_outs.opt_out, name="opt-out"),
    ),
    *needs(
        Capability.PEOPLE,
        path("customers/margin/", customers.margin, name="customers-margin"),
        path("customers/same/", doctor.same, name="customers-same"),
        path("pipeline/exits/", leaving.exits, name="exits"),
        path("pipeline/exits/undo/", leaving.undo, name="exits-undo"),
    ),
    *needs(
        Capability.IMPORT,
        path("files/", files.files, name="files"),
        path("files/first-deal/", own_board.first_deal, name="first-deal"),
        path("files/<str:draft>/", files.draft, name="draft"),
        path("files/<str:draft>/answer/", files.answer, name="answer"),
        path("files/<str:draft>/start/", files.start, name="start"),
        path("files/<str:draft>/read/", files.read, name="read"),
        path("files/<str:name>/cancel/", stops(drafts.load, "draft"), name="cancel"),
        path("files/<str:draft>/rejects/<int:number>/", files.rejects, name="rejects"),
        path("files/<str:draft>/rejects/<int:number>/mend.xlsx", files.mend, name="mend"),
        path("files/<str:draft>/changes.csv", files.changes, name="changes"),
        path("files/<str:draft>/mapping.yaml", files.mapping, name="mapping"),
        path("files/<str:draft>/xray/", reports.of_draft, name="xray-of-draft"),
        path("imports/<slug:name>/undo/", imports.undo, name="undo-import"),
        path("imports/undoing/<slug:job>/", imports.undoing, name="undoing"),
        path("reports/", reports.reports, name="reports"),
        path("reports/<str:report>/", reports.report, name="report"),
        path("reports/<str:name>/cancel/", stops(made.load, "report"), name="report-cancel"),
        path("reports/<str:report>/xray.<str:ending>", reports.xray_file, name="xray-file"),
    ),
    *needs(Capability.PEOPLE, *figures("audit", audit.audit, "audit")),
    *needs(
        Capability.TOKENS,
        path("tokens/", tokens.tokens, name="tokens"),
        path("tokens/<int:number>/revoke/", tokens.revoke, name="token-revoke"),
        path("calendar/", calendars.calendar, name="calendar"),
    ),
    *needs(
        Capability.INVITE,
        path("people/", people.people, name="people"),
        path("people/invite/", people.invite, name="invite"),
        path("people/invited/<int:number>/withdraw/", people.withdraw, name="invitation-withdraw"),
        path("people/invited/<int:number>/again/", people.send_again, name="invitation-again"),
        path("webhooks/", webhooks.webhooks, name="webhooks"),
        path("webhooks/<slug:webhook>/", webhooks.webhook, name="webhook"),
        path("webhooks/<slug:webhook>/<slug:letter>/", webhooks.letter, name="webhook-letter"),
    ),
    *needs(
        Capability.PEOPLE,
        path("people/<int:number>/", people.member, name="member"),
        path("people/<int:number>/end/", people.end, name="member-end"),
        path("people/<int:number>/tie/", people.tie, name="member-tie"),
        path("people/teams/", people.put_team, name="team-put"),
        path("people/teams/remove/", people.remove_team, name="team-remove"),
        path("people/place/", people.place, name="person-place"),
        path("people/undo/", people.undo, name="people-undo"),
        path("people/person/", persons.person, name="person"),
        path("people/person/asked/<slug:job>/", persons.asked, name="person-asked"),
        path("people/person/export/", persons.export, name="person-export"),
        path("people/person/export/<slug:job>/", persons.fetch, name="person-fetch"),
        path("people/person/erase/", persons.erase, name="person-erase"),
        path("people/person/erasing/<slug:job>/", persons.erasing, name="person-erasing"),
        path("company/", company.company, name="company"),
        path("company/start.csv", company.start_table, name="start-table"),
        path("company/retire/", company.retire, name="company-retire"),
    ),
    *needs(
        Capability.PEOPLE,
        path("opt-outs/", opt_outs.opt_outs, name="opt-outs"),
        path("inquiries/rules/", doors.handing, name="inquiry-rules"),
        path("inquiries/doors/", doors.doors, name="doors"),
        path("inquiries/doors/<slug:door>/", doors.change, name="door"),
        path("inquiries/letters/<slug:letter>/", doors.letter, name="letter"),
    ),
    *needs(
        Capability.PEOPLE,
        path("sources/", sources.sources, name="sources"),
        path("sources/add/<slug:kind>/", sources.add, name="source-add"),
        path("source/<str:name>/", sources.source, name="source"),
        path("source/<str:name>/run/", sources.run, name="source-run"),
        path("source/<str:name>/cancel/", sources.cancel, name="source-cancel"),
        path("source/<str:name>/answer/", sources.answer, name="source-answer"),
        path("source/<str:name>/take-over/", source_taken.take_over, name="source-take-over"),
        path("source/<str:name>/secret/", sources.secret, name="source-secret"),
        path("source/<str:name>/remove/", sources.remove, name="source-remove"),
        path("source/<str:name>/rejects/<int:number>.<ending:ending>", sources.rejects, name="source-rejects"),
    ),
    *is_open(
        path("static/<str:version>/<path:name>", ASSETS.serve, name="asset"),
        path("worker.js", on_device.worker, name="worker"),
        *(path(f"offline/{lang}/", on_device.offline, {"lang": lang}, name=f"offline-{lang}") for lang in LANGUAGES),
    ),
]
check(urlpatterns)

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken
