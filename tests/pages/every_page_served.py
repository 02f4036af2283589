"""A company with an object of each kind, for a browser: ``python every_page_served.py FOLDER PORT``.

Prints its address, then the cookie of its owner's session, then every address of a page, a line each.
"""

import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
KEY = "a key for tests alone, with letters enough: 0123456789 ABCDEFGHIJ"
HOUSE = (
    "/", "/companies/new/", "/account/", "/account/steps/", "/account/app/", "/account/passkeys/add/",
    "/account/password/change/", "/account/codes/", "/account/again/", "/account/set-up/", "/account/erase/",
    "/account/logout/", "/account/password/reset/", "/account/password/reset/done/", "/no-such-page/",
)  # fmt: skip


def main(folder: Path, port: int) -> None:
    import uvicorn
    from tests.people import begin

    from yaad.server.home import Home
    from yaad.server.settings import configure_server

    configure_server(Home(folder / "home", f"http://127.0.0.1:{port}", KEY, lang="en", two_factor="optional"))
    from tests.server.matrix import at, every_address
    from tests.server.objects import nothing_begins, objects_of

    from yaad.server import companies, state, upgrading
    from yaad.server.acting import as_server
    from yaad.server.handling import Pages

    upgrading.upgrade()
    nothing_begins(setattr)
    state.open_companies(companies.folder_of)
    with as_server():
        company = begin("here", folder / "here")
        objects = objects_of("here", company)
        client, key = _signed_in(company.accounts["owner"])
        addresses = [at(one, company, objects, "here") for one in every_address() if not one.is_api]
        pages = [address for address in dict.fromkeys((*HOUSE, *addresses)) if _is_page(client, address)]
    with socket.create_server(("127.0.0.1", port)) as listening:
        for line in (f"http://127.0.0.1:{port}", key, *pages, ""):
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        config = uvicorn.Config(Pages(), lifespan="off", log_level="critical", access_log=False)
        uvicorn.Server(config).run(sockets=[listening])


def _signed_in(account):
    """A browser of Django's in which somebody has signed in, and the cookie of it: its name and its key."""
    from django.conf import settings
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(account)
    name = settings.SESSION_COOKIE_NAME
    return client, f"{name}={client.cookies[name].value}"


def _is_page(client, address: str) -> bool:
    """Whether it shows a whole page to who opens it: no file, no part of a page, and nothing that only takes forms."""
    answer = client.get(address)
    is_html = answer.status_code == 302 or answer.get("Content-Type", "").startswith("text/html")
    return is_html and (answer.status_code == 302 or b"<html" in answer.content)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
