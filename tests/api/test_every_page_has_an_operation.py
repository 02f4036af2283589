"""What the pages read and write, programs do too: each address of a page names its operations, or why it has none."""

import inspect

import pytest

SHOWN_ONCE = "a token makes and takes back no tokens: whoever found one could make themselves another"
WAYS_IN = "addresses and secrets of doors are told to an owner alone: a token found would open them for ever"
WAY_OUT = "a webhook that a found token made would live on when the token is taken back"
OURS = "files of the pages themselves"

SAYS: dict[str, tuple[str, ...] | str] = {
    "overview": ("funnel", "dwell", "calls", "doctor", "goals", "measure"),
    "funnel": ("funnel",),
    "conversion": ("conversion",),
    "dwell": ("dwell",),
    "kpis": ("kpis",),
    "kpi": ("kpi",),
    "measures": ("measures", "figures"),
    "calls": ("calls",),
    "board": ("leaderboard",),
    "today": ("my_day",),
    "today-text": ("my_day",),
    "morning-mail": "a person asks for a mail to themselves; a program reads the same by my_day",
    "measured": ("measures", "figures", "leaderboard"),
    "pipeline": ("deals",),
    "grid": ("deals",),
    "grid-change": ("change", "move"),
    "grid-undo": ("undo",),
    "pipeline-lanes": ("deals",),
    "pipeline-live": "it says that a page is to be asked for anew; programs ask for what they need",
    "pipeline-many": ("move", "change", "lose"),
    "pipeline-many-back": ("undo",),
    "pipeline-move": ("move",),
    "pipeline-new": ("write_down",),
    "pipeline-undo": ("undo",),
    "deal": ("deal", "timeline", "entries", "quotes"),
    "deal-note": ("note",),
    "deal-did": ("act", "change"),
    "deal-change": ("change",),
    "deal-leave": ("move", "timeline"),
    "deal-move": ("move",),
    "exits": ("set_setting",),
    "exits-undo": ("set_setting",),
    "deal-close": ("win", "lose", "change"),
    "deal-undo": ("undo",),
    "deal-quote": ("quote",),
    "deal-quote-take": ("change", "move"),
    "deal-quote-document": ("deal_quote_document",),
    "deal-attach": ("attach_file",),
    "deal-paper": ("deal_files", "deal_file"),
    "deal-withdraw": ("withdraw_quote",),
    "inquiries": ("waiting_inquiries",),
    "inquiry-new": ("take_inquiry",),
    "inquiry-answered": ("act",),
    "inquiry-not": ("move",),
    "inquiry-undo": ("undo",),
    "opt-out": ("opt_out",),
    "opt-outs": ("opt_outs", "opt_out_list"),
    "inquiry-rules": ("set_setting",),
    "doors": WAYS_IN,
    "door": WAYS_IN,
    "letter": "what could not be read is looked at by a person",
    "stuck": ("stuck",),
    "chances": ("chances",),
    "plan": ("plan",),
    "kpi-deals": ("kpi_rows",),
    "goals": ("goals", "targets"),
    "proposals": ("proposals",),
    "forecast": ("forecast",),
    "moved": ("moved",),
    "backtest": ("backtest",),
    "judgements": ("judgements",),
    "customers": ("customers",),
    "customer": ("customer",),
    "cohorts": ("cohorts",),
    "levers": ("levers",),
    "leaks": ("leaks",),
    "doctor": ("doctor",),
    "why": ("explain", "measure"),
    "computing": ("job",),
    "computing-start": ("compute",),
    "computing-cancel": ("cancel_job",),
    "table-file": ("table_file",),
    "goal-set": ("set_target",),
    "goal-split": ("split_target",),
    "goal-remove": ("remove_target",),
    "goal-undo": ("undo_target",),
    "judge": ("judge",),
    "customers-margin": ("set_setting",),
    "customers-same": ("set_setting",),
    "files": ("imports", "uploads", "upload"),
    "draft": ("upload_status",),
    "answer": ("answer_questions",),
    "start": ("begin_import",),
    "read": ("read_upload",),
    "cancel": ("stop_upload",),
    "rejects": ("upload_rejects",),
    "mend": ("upload_mend",),
    "changes": ("upload_changes",),
    "mapping": ("upload_status",),
    "xray-of-draft": ("make_report",),
    "undo-import": ("undo_import",),
    "undoing": ("job",),
    "reports": ("reports", "tables", "make_report"),
    "report": ("report",),
    "report-cancel": ("stop_report",),
    "xray-file": ("report_pdf", "report_workbook"),
    "audit": ("audit", "verify_audit"),
    "webhooks": WAY_OUT,
    "webhook": WAY_OUT,
    "webhook-letter": ("webhooks", "webhook_letters", "send_letter", "drop_letter"),
    "tokens": SHOWN_ONCE,
    "token-revoke": SHOWN_ONCE,
    "calendar": SHOWN_ONCE,
    "people": ("people", "invitations", "all_teams", "proposed_ties"),
    "invite": ("invite", "meaning"),
    "invitation-withdraw": ("withdraw_invitation",),
    "invitation-again": ("send_invitation",),
    "member": ("member", "change_member", "meaning"),
    "member-end": ("end_member",),
    "member-tie": ("tie_member",),
    "team-put": ("put_team",),
    "team-remove": ("remove_team",),
    "person-place": ("place_person",),
    "people-undo": ("undo_of_people",),
    "company": ("company", "change_company"),
    "start-table": ("start_columns",),
    "first-deal": ("upload",),
    "company-retire": ("retire_company",),
    "sources": ("sources",),
    "source-add": ("add_source",),
    "source": ("source",),
    "source-run": ("run_source",),
    "source-cancel": ("stop_source",),
    "source-answer": ("answer_source",),
    "source-secret": ("keep_secret",),
    "source-remove": ("remove_source",),
    "source-rejects": ("source_rejects", "source_mend"),
    "person": ("look_at_person", "person_held"),
    "person-asked": ("job", "person_held"),
    "person-export": ("export_person",),
    "person-fetch": ("export_person", "person_archive"),
    "person-erase": ("erase_person", "finish_erasing"),
    "person-erasing": ("job", "person_erased"),
    "source-take-over": ("take_over_source",),
    "visit-new": ("act", "change"),
    "device": "it tells our own pages whose a device is; a program knows whose its token is",
    "worker": OURS,
    "offline-he": OURS,
    "offline-en": OURS,
    "asset": OURS,
}
"""Name of a page's address → operations that say and do the same, or why there is none."""
MORE = {
    "me": "who asks",
    "companies": "where a program begins",
    "events": "a program follows what happens; people see it where it happened",
    "own_measures": "measures are defined in a file, on no page",
    "add_own_measures": "measures are defined in a file, on no page",
    "remove_own_measure": "measures are defined in a file, on no page",
}
"""Operations that no page needs, and what they are for."""


def pages():
    """Name of an address → its pattern; a page and the same figures as files are one."""
    from yaad.faces.web.urls import urlpatterns
    from yaad.server.policy import addresses

    found = {}
    for _route, pattern in addresses(urlpatterns):
        name = str(pattern.name)
        found.setdefault(name if name in SAYS else name.removesuffix("-file"), pattern)
    return found


def methods():
    from yaad.faces.api.urls import inside, outside

    return {
        one.operation_id: set(one.methods)
        for api in (inside, outside)
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for one in view.operations
    }


def wrong(names, says, known):
    """What is missing from the table, named."""
    found = [f"{name}: no operation and no reason" for name in names if name not in says]
    found += [f"{name}: no page is called so" for name in says if name not in names]
    told = {one for value in says.values() if isinstance(value, tuple) for one in value}
    return found + [f"{one}: no operation is called so" for one in sorted(told - set(known))]


def test_each_page_names_its_operations_or_why_it_has_none(home):
    assert wrong(pages(), SAYS, methods()) == []


def test_a_page_without_an_operation_is_found(home):
    assert wrong({*SAYS, "planted"}, SAYS, methods()) == ["planted: no operation and no reason"]
    assert wrong(set(SAYS), {**SAYS, "board": ("planted",)}, methods()) == ["planted: no operation is called so"]


def test_each_operation_belongs_to_a_page_or_says_what_it_is_for(home):
    told = {one for value in SAYS.values() if isinstance(value, tuple) for one in value}
    assert set(methods()) == told | set(MORE)
    assert not told & set(MORE)


def takes_forms(pattern):
    """Whether the view of an address looks at what a form sends."""
    source = inspect.getsource(inspect.unwrap(pattern.callback))
    return "require_POST" in source or '"POST"' in source


def test_where_a_page_takes_a_form_an_operation_writes(home):
    known, forms = methods(), {name for name, pattern in pages().items() if takes_forms(pattern)}
    assert {
        "goal-set",
        "member",
        "company",
        "source-add",
        "cancel",
        "files",
    } <= forms, "views are seen through"
    without = [
        name
        for name in sorted(forms)
        if isinstance(SAYS.get(name), tuple) and "POST" not in set().union(*(known[one] for one in SAYS[name]))
    ]
    assert without == []


@pytest.mark.parametrize("needs", ["totals", "rows", "note", "write", "targets", "import", "invite", "people"])
def test_an_operation_belongs_to_one_scope_of_tokens_that_grants_what_it_needs(home, needs):
    from yaad.faces.api.urls import NEEDS
    from yaad.server.roles import Capability
    from yaad.server.tokens import GRANTS

    told = {name: one.scope for name, one in NEEDS.items() if one.policy == needs}
    assert told
    assert all(scope is not None and Capability(needs) in GRANTS[scope] for scope in told.values()), told


def test_only_who_asks_and_their_jobs_are_told_to_any_token(home):
    from yaad.faces.api.urls import NEEDS

    anyhow = {name for name, one in NEEDS.items() if one.scope is None}
    assert anyhow == {"me", "companies", "job", "cancel_job"}
