"""Every action and every detail that the code writes into the audit log has words, in both languages."""

import ast
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import yaad
from yaad.show.speech import say_plain
from yaad.text import LANGUAGES, has_key

ROOT = Path(yaad.__file__).parent
WRITERS = ("record", "_write", "_line", "_say", "say")
"""Calls that write into the log, and the helpers that pass on to them."""
KEPT_AS = {"detail", "spoken"}
"""Names under which a detail is made before it is written."""
ACTION = re.compile(r"[a-z]+\.[a-z_]+")


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in [*sorted((ROOT / "server").rglob("*.py")), ROOT / "faces/mcp/serving.py"]:
        text = path.read_text(encoding="utf-8")
        if re.search(r"audit\.record\(|import_lines", text) and path.name not in ("audit.py", "audit_words.py"):
            yield path, ast.parse(text)


def _keys(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Dict):
            yield from (key.value for key in one.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


def recorded() -> tuple[set[str], set[str]]:
    """Every action and every key of a detail, as the code stands."""
    actions, details = set[str](), set[str]()
    for _, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in WRITERS:
                    details |= (
                        set()
                        if name in ("_say", "say")
                        else set(_keys(node)) | {one.arg for one in node.keywords if name == "_write" and one.arg}
                    )
                    actions |= {
                        one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
                    }
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = {
                    one.id
                    for one in ast.walk(ast.Module(list(map(ast.Expr, targets)), []))
                    if isinstance(one, ast.Name)
                }
                details |= set(_keys(node)) if names & KEPT_AS and node.value else set()
                actions |= {
                    one.value
                    for one in ast.walk(node)
                    if isinstance(one, ast.Constant) and names & {"MADE", "UNDONE", "RAN"}
                }
            if isinstance(node, ast.FunctionDef) and node.name in ("_counted", "_audit"):
                details |= set(_keys(node))
    return {one for one in actions if ACTION.fullmatch(str(one)) and not has_key(one, "en")}, details


def told_of_parts() -> set[str]:
    from yaad.server.companies import Asked as OfCompany
    from yaad.server.members import STATE

    return {*STATE, *(one.name for one in fields(OfCompany))}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_action_has_words(home, lang):
    actions, _ = recorded()
    assert {"agent.asked", "account.erased", "import.undone", "keeper.ran", "member.changed", "team.put"} <= actions
    assert [one for one in sorted(actions) if not has_key(f"house.did_{one.replace('.', '_')}", lang)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_detail_has_words(home, lang):
    from yaad.server.audit_words import CHANGING, UNTOLD

    _, details = recorded()
    assert {"arguments", "bytes", "scopes", "days", "rejected", "late", "sealed_from"} <= details
    missing = [
        key
        for key in sorted(details | told_of_parts())
        if key not in UNTOLD and not any(has_key(f"house.{how}_{key}", lang) for how in ("detail", "changed", "field"))
    ]
    assert missing == []
    assert [key for key in sorted(CHANGING) if not has_key(f"house.changed_{key}", lang)] == []


SENTENCES = [
    ({"bytes": 138}, "1 KB"),
    ({"arguments": "{}"}, ""),
    ({"arguments": '{"by": "owner"}'}, "asked with: by = owner"),
    (
        {"role": "consultant", "team": "", "may_import": True, "may_hear": False, "until": "2026-12-15T22:00:00+00:00"},
        "role: consultant · brings files in · until and including 15 Dec 2026",
    ),
    (
        {"role": ["rep", "manager"], "fields": ["role", "team"]},
        "role: was sells, now manager · also changed: team",
    ),
    (
        {"scopes": ["read", "write"], "days": 90},
        "may: read figures and deals, move deals and write notes · for 90 days",
    ),
    ({"files": 1, "rows": 30, "rejected": 0}, "1 file · 30 rows"),
    ({"person": "person:" + "0" * 32}, "in the data: Somebody whose name the log does not keep"),
    ({"email": "person:" + "0" * 32}, ""),
    ({"unheard_of": 3}, "unheard_of: 3"),
]


@pytest.mark.parametrize(("detail", "said"), SENTENCES)
def test_details_are_said_in_sentences(home, detail, said):
    from yaad.server.audit_words import Words
    from yaad.server.models import AuditEvent

    words = Words(ZoneInfo("Asia/Jerusalem"), {}, {})
    line = AuditEvent(seq=1, at=dt.datetime.now(dt.UTC), action="x.y", subject="", detail=detail)
    assert say_plain(words.more(line), "en") == said


def test_what_it_is_about_has_its_name(team):
    """A token, an invitation and a saved team are called by their names, while they have any."""
    from yaad.server import audit, audit_lines
    from yaad.server.models import Token

    owner = team.here.accounts["owner"]
    before = audit_lines.read(team.here.id, audit_lines.Narrowed()).lines[0].seq
    made = team.client("owner").post(f"{team.here.prefix}people/teams/", {"name": "Valley", "above": ""})
    assert made.status_code == 302
    token = Token.objects.create(
        company_id=team.here.id,
        account=owner,
        name="The sheet",
        digest="d" * 64,
        prefix="p",
        scopes=[],
        expires_at=dt.datetime.now(dt.UTC),
    )
    audit.record(team.here.id, owner.pk, "token.revoked", f"token:{token.pk}")
    audit.record(team.here.id, owner.pk, "token.revoked", "token:999999")
    audit.record(team.here.id, owner.pk, "agent.asked", "funnel", {"arguments": "{}"})
    told = [line for line in audit_lines.read(team.here.id, audit_lines.Narrowed()).lines if line.seq > before]
    assert [say_plain(line.about, "en") for line in told] == [
        "Of the inquiries, how many pass each stage, are lost there or are still open there.",
        "“999999”",
        "“The sheet”",
        "Valley",
    ]
    token.delete()
    team.client("owner").post(f"{team.here.prefix}people/teams/remove/", {"name": "Valley"})
