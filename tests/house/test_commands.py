"""Each command of the command line says what it touches; one that says nothing fails here by its name."""

import typer

from yaad.faces.cli.app import app
from yaad.faces.cli.help import verbs
from yaad.faces.cli.policies import OF_A_COMPANY, POLICIES, Policy

VERBS = verbs(typer.main.get_command(app))
OWN_WORD = "xray"
"""Its ``--company`` is a name at the head of a report."""


def offences(commands):
    """Commands that say nothing, that are not there, or whose options do not go with what they say."""
    found = [f"{name} declares no policy" for name in commands.keys() - POLICIES.keys()]
    found += [f"{name} is no command" for name in POLICIES.keys() - commands.keys()]
    for name, policy in POLICIES.items():
        options = {param.name for param in commands[name].params} if name in commands else set()
        place = {"home", "company"} & options
        if policy in OF_A_COMPANY and name in commands and place != {"home", "company"}:
            found.append(f"{name} takes no company of a server")
        if policy not in (*OF_A_COMPANY, Policy.HOME) and place and name != OWN_WORD:
            found.append(f"{name} takes a server")
        if policy is Policy.HOME and "company" in options:
            found.append(f"{name} takes one company")
    return sorted(found)


def test_each_command_declares_what_it_touches():
    assert offences(VERBS) == []


def test_a_command_without_a_policy_and_one_that_reaches_a_server_unsaid_are_told_by_name():
    class Command:
        params = ()

    class Param:
        name = "home"

    class Reaching:
        params = (Param(),)

    assert offences({**VERBS, "format-disk": Command()}) == ["format-disk declares no policy"]
    assert offences({**VERBS, "mcp": Reaching(), "rebuild": Command()}) == [
        "mcp takes a server",
        "rebuild takes no company of a server",
    ]
