"""A company with people who sell, for a browser: ``python selling_served.py FOLDER PORT``.

Prints its address, then where its pages begin, then cookies, a line each: of two who sell, and another of the second.
"""

import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
KEY = "a key for tests alone, with letters enough: 0123456789 ABCDEFGHIJ"


def main(folder: Path, port: int) -> None:
    import uvicorn
    from django.conf import settings
    from tests.people import begin

    from yaad.server.home import Home
    from yaad.server.settings import configure_server

    configure_server(Home(folder / "home", f"http://localhost:{port}", KEY, lang="en", two_factor="optional"))
    from django.test import Client

    from yaad.server import companies, state, upgrading
    from yaad.server.acting import as_server
    from yaad.server.handling import Pages

    def cookie_of(account) -> str:
        client = Client(HTTP_HOST="localhost")
        client.force_login(account)
        return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    upgrading.upgrade()
    state.open_companies(companies.folder_of)
    with as_server():
        company = begin("here", folder / "here")
        cookies = [cookie_of(company.accounts[name]) for name in ("rep", "rep_south", "rep_south")]
    with socket.create_server(("127.0.0.1", port)) as listening:
        for line in (f"http://localhost:{port}", company.prefix, *cookies):
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        uvicorn.Server(uvicorn.Config(Pages(), lifespan="off", log_level="critical", access_log=False)).run(
            sockets=[listening]
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
