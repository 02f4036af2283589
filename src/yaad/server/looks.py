"""Whether a request is a person's look at a page, or a machine's that shows or keeps a preview of it."""

from django.http import HttpRequest

MACHINES = (
    "bot", "crawl", "spider", "preview", "whatsapp", "facebookexternalhit", "facebookcatalog", "meta-external",
    "telegram", "slack", "skypeuri", "linkedin", "pinterest", "embedly", "vkshare", "viber", "snap url", "line-poker",
    "google-pagerenderer", "googleother", "headless", "curl/", "wget/", "python-", "okhttp", "go-http-client",
    "libwww", "http-client", "scan", "monitor", "validator",
)  # fmt: skip
"""Words by which machines call themselves, in small letters; a telephone's own browser says none of them."""
AHEAD = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")
"""Headers by which browsers say that they fetch what nobody has asked for yet."""


def is_look(request: HttpRequest) -> bool:
    """Whether a person opened the page, as far as the request tells: who hides what they are is taken for a person."""
    if request.method != "GET":
        return False
    if any(word in request.headers.get(name, "").lower() for name in AHEAD for word in ("prefetch", "preview")):
        return False
    agent = request.headers.get("User-Agent", "").lower()
    return bool(agent) and not any(word in agent for word in MACHINES)
