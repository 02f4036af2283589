"""The pages of the product, in the order of the navigation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        name: of its address and of its words (``web.nav_<name>``).
        icon: in the sprite.
        group: ``analyse``, ``ahead`` or ``manage``; the words over it are ``web.group_<group>``.
        on_phone: whether it has a tab at the foot of a phone.
        domain: of the catalogue that names it.
        of_server: whether only a server of companies has it; one's own book has no other people.
    """

    name: str
    icon: str
    group: str
    on_phone: bool = True
    domain: str = "web"
    of_server: bool = False

    @property
    def words(self) -> str:
        """Key of what it is called."""
        return f"{self.domain}.nav_{self.name}"

    @property
    def short(self) -> str:
        """Key of what it is called on a phone."""
        return f"{self.domain}.tab_{self.name}"


TODAY = "today"
"""The page with which begins who sells."""


@dataclass(frozen=True)
class Tab:
    """A tab at the foot of the phone of who sells.

    Attributes:
        name: of the address.
        icon: in the sprite.
        words: key of what it is called.
        adds: it is the one that takes something in.
        query: of the address: the view that it opens of a page which has others.
    """

    name: str
    icon: str
    words: str
    adds: bool = False
    query: str = ""


TABS = (
    Tab(TODAY, "sun", "my_day.tab_today"),
    Tab("pipeline", "funnel", "my_day.tab_deals"),
    Tab("inquiry-new", "plus", "my_day.tab_add", adds=True),
    Tab("goals", "target", "my_day.tab_target"),
    Tab("board", "people", "my_day.tab_team"),
)
"""In their order. Each opens for everybody who sells."""
OWN_TABS = (*TABS[:-1], Tab("kpis", "people", "my_day.tab_team", query="?by=owner"))
"""Those of a book of one's own: it has no accounts, so that the team are the people in the data."""
PAGES = (
    Page("overview", "sun", "analyse"),
    Page(TODAY, "day", "analyse", on_phone=False, domain="my_day"),
    Page("pipeline", "board", "analyse", domain="pipeline"),
    Page("inquiries", "chat", "analyse", on_phone=False, domain="inquiries"),
    Page("funnel", "funnel", "analyse"),
    Page("dwell", "clock", "analyse"),
    Page("kpis", "bars", "analyse", on_phone=False, domain="kpis"),
    Page("customers", "people", "analyse", on_phone=False, domain="customers"),
    Page("board", "cup", "analyse", on_phone=False, domain="people", of_server=True),
    Page("goals", "flag", "ahead", on_phone=False, domain="goals"),
    Page("forecast", "ahead", "ahead", on_phone=False, domain="forecast"),
    Page("chances", "gauge", "ahead", on_phone=False, domain="chances"),
    Page("plan", "target", "ahead"),
    Page("levers", "rise", "ahead", on_phone=False, domain="levers"),
    Page("measures", "list", "manage", on_phone=False),
    Page("doctor", "check", "manage", on_phone=False),
    Page("reports", "sheet", "manage", on_phone=False),
    Page("files", "inbox", "manage"),
    Page("people", "people", "manage", on_phone=False, domain="people", of_server=True),
    Page("company", "house", "manage", on_phone=False, domain="people", of_server=True),
    Page("tokens", "key", "manage", on_phone=False, domain="api", of_server=True),
    Page("webhooks", "swap", "manage", on_phone=False, domain="outgoing", of_server=True),
)
