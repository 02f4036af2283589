import pytest


@pytest.mark.parametrize("address", ["/files/", "/no-such-page/", "/static/x/yaad.css", "/enter/"])
def test_every_answer_carries_the_safe_headers(inside, address):
    headers = inside.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_figures_are_not_kept_by_the_browser_and_files_of_ours_are(inside):
    from yaad.faces.web.static_files import ASSETS

    assert inside.get("/files/").headers["Cache-Control"] == "no-store"
    answer = inside.get(ASSETS.address("yaad.css"))
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"].startswith("text/css")
    assert inside.get("/static/old/yaad.css").headers["Cache-Control"] == "no-cache"
    assert inside.get("/static/x/../../secret.key").status_code == 404
