"""The list of kinds stands twice, so that a help text loads nothing; here it is held to be one."""

from yaad.faces.cli.options import KindName
from yaad.intake import Kind


def test_the_command_line_knows_the_kinds_of_intake():
    assert {kind.name: kind.value for kind in KindName} == {kind.name: kind.value for kind in Kind}
