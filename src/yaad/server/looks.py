"""Whether a request is a person's look at a page, or a machine's that shows or keeps a preview of it."""

from django.http import HttpRequest

BROWSERS = "mozilla/"
"""So every browser begins to say what it is, those inside of other programs too; previews of messages mostly do not."""
MACHINES = (
    "bot", "crawl", "spider", "preview", "facebookexternalhit", "facebookcatalog", "meta-external", "whatsapp/",
    "slack-imgproxy", "skypeuri", "embedly", "google-pagerenderer", "googleother", "headless", "scan", "monitor",
    "validator",
)  # fmt: skip
"""Words by which machines call themselves that begin as browsers do, in small letters."""
NOT_MACHINES = ("cubot",)
"""Telephones whose names hold such a word."""
AHEAD = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")
"""Headers by which browsers say that they fetch what nobody has asked for yet."""


def is_look(request: HttpRequest) -> bool:
    """Whether a person opened the page, as far as the request tells: who hides what they are is taken for a person."""
    if request.method != "GET":
        return False
    if any(word in request.headers.get(name, "").lower() for name in AHEAD for word in ("prefetch", "preview")):
        return False
    agent = request.headers.get("User-Agent", "").lower()
    for name in NOT_MACHINES:
        agent = agent.replace(name, "")
    return agent.startswith(BROWSERS) and not any(word in agent for word in MACHINES)
