"""Answers about who asks, the company, its people and its audit log."""

from yaad.faces.api.shapes.common import Day, InPages, Moment, Told, Version, Words


class TokenTold(Told):
    """The token with which is asked."""

    name: str
    company: str
    scopes: list[str]
    expires_at: Moment


class Me(Told):
    """Who asks."""

    name: str
    email: str
    language: str
    token: TokenTold | None


class CompanyOf(Told):
    """A company that who asks has a part in."""

    id: str
    name: str
    role: str
    may: list[str]


class Companies(Told):
    """The companies that who asks has a part in."""

    companies: list[CompanyOf]


class Company(Version):
    """What a company says of itself."""

    name: str
    kind: str
    country: str
    zone: str
    currency: str
    vat: str
    transparency: str


class Retired(Told):
    """Nobody opens the company any more."""

    retired: bool


class Columns(Told):
    """Columns of a table to begin with."""

    columns: list[str]


class Placing(Told):
    """A place on the board."""

    place: int | None
    name: str | None
    is_me: bool
    achieved: float | None
    wanted: float | None
    share: float | None


class Board(Told):
    """Who stands where."""

    period: str
    shown: str
    of: int | None
    by_target: bool
    unit: str | None
    rows: list[Placing]
    notes: Words


class Line(Told):
    """A line of the audit log."""

    seq: int
    at: Moment
    who: str
    action: str
    subject: str
    detail: str
    digest: str


class Lines(InPages):
    """The audit log, the latest first."""

    lines: list[Line]


class Whole(Told):
    """Whether the audit log is as it was written; else the first line that is not."""

    is_whole: bool
    seq: int | None
    why: str | None


class OwnMeasures(Version):
    """Measures that the company defined."""

    measures: list[str]
    yaml: str


class PartTold(Told):
    """A part in the company; ``until``: the last day of it."""

    role: str
    team: str
    person: str
    may_import: bool
    until: Day | None


class Member(PartTold, Version):
    """Somebody of the company."""

    id: int
    name: str
    email: str


class Members(InPages):
    """Who is in the company."""

    members: list[Member]


class MemberMeans(Member):
    """A member, and what they may do."""

    means: Words


class Meaning(Told):
    """What a part lets somebody see and do."""

    means: Words


class WithUndo(Told):
    """By which a change is taken back."""

    undo: str


class MemberChanged(Member, WithUndo):
    """A member after a change."""


class ProposedTie(Told):
    """A member who seems to be a person of the data."""

    member: int
    account: str
    person: str
    by_mail: bool


class Ties(InPages):
    """Members who seem to be persons of the data."""

    proposed: list[ProposedTie]


class DoneBack(Told):
    """It was taken back."""

    done: bool


class Invitation(PartTold):
    """An invitation that nobody has taken up."""

    id: int
    email: str
    expires_at: Moment


class Invitations(InPages):
    """Invitations that nobody has taken up."""

    invitations: list[Invitation]


class TeamTold(Version):
    """A team, and who sells in it."""

    name: str
    above: str
    people: list[str]


class Teams(InPages):
    """The teams, and who sells in none."""

    teams: list[TeamTold]
    without_team: list[str]
    persons: list[str]


class NamedUndo(WithUndo):
    """What was changed, by its name."""

    name: str


class Placed(WithUndo):
    """In which team a person was before."""

    before: str
