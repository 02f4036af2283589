"""Who is in which branch and in which team, as targets and forecasts go by it: one answer for every figure."""

import ibis.expr.types as ir

from yaad.measures.quotas import Members
from yaad.measures.scope import Scope


def branch_of_each(scope: Scope) -> dict[str, str]:
    """Person → the branch of most of their deals."""
    rows = scope.rows(_branches).to_pylist()
    rows.sort(key=lambda row: (row["n"], row["branch"]))
    return {row["owner"]: row["branch"] for row in rows}


def team_of_each(scope: Scope) -> dict[str, str]:
    """Person → the team that the company said of them, else their branch."""
    return branch_of_each(scope) | {name: one.team for name, one in scope.settings.people.items() if one.team}


def members_of(scope: Scope) -> Members:
    """Branch → its people; and team → its people, with those of the teams below it."""
    found: dict[str, dict[str, list[str]]] = {"branch": {}, "team": {}}
    for person, branch in sorted(branch_of_each(scope).items()):
        found["branch"].setdefault(branch, []).append(person)
    team = team_of_each(scope)
    for name in sorted({*team.values(), *scope.settings.teams}):
        under = scope.settings.teams_under(name)
        people = sorted(person for person, own in team.items() if own in under)
        if people:
            found["team"][name] = people
    return found


def _branches(scope: Scope) -> ir.Table:
    """How many deals of each person are in each branch."""
    known = scope.deals.filter(scope.deals.owner.notnull() & scope.deals.branch.notnull())
    return known.group_by("owner", "branch").aggregate(n=known.count())
