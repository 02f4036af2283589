"""Who looks at a page: people with any browser, and machines by what they say of themselves."""

import pytest

PEOPLE = [
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1",
    "Mozilla/5.0 (Linux; Android 8.0; CUBOT_X18_Plus) AppleWebKit/537.36 Chrome/99.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 Telegram-Android/11.2",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148 [LinkedInApp]/9.29",
]
MACHINES = [
    "WhatsApp/2.24.10.85 A",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "Viber/20.1",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Macintosh) AppleWebKit/601 Safari/601 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "python-requests/2.32",
    "curl/8.5.0",
    "",
]


@pytest.fixture
def is_look(home):
    from django.test import RequestFactory

    from yaad.server.looks import is_look

    return lambda agent, method="GET", **headers: is_look(
        RequestFactory().generic(method, "/q/x/", HTTP_USER_AGENT=agent, headers=headers)
    )


def test_people_are_told_from_machines(is_look):
    assert [agent for agent in PEOPLE if not is_look(agent)] == []
    assert [agent for agent in MACHINES if is_look(agent)] == []


def test_what_is_fetched_ahead_or_only_asked_about_is_no_look(is_look):
    agent = PEOPLE[0]
    assert is_look(agent, purpose="normal")
    for name, value in (("purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("x-moz", "prefetch")):
        assert not is_look(agent, **{name: value})
    assert not is_look(agent, "HEAD")
    assert not is_look(agent, "POST")
