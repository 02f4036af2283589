"""A server of companies with one owner and one rep, for a browser: ``python accounts_served.py FOLDER PORT LANG``."""

import socket
import sys
from pathlib import Path

KEY = "a key for tests alone, with letters enough: 0123456789 ABCDEFGHIJ"
PASSWORD = "correct horse battery staple"


def main(folder: Path, port: int, lang: str) -> None:
    import uvicorn
    from django.core.management import call_command

    from yaad.server.home import Home
    from yaad.server.settings import configure_server

    configure_server(Home(folder, f"http://localhost:{port}", KEY, lang=lang))
    call_command("migrate", verbosity=0)

    from yaad.server import companies, state
    from yaad.server.handling import Pages
    from yaad.server.models import Account, Membership

    if not Account.objects.exists():
        owner = Account.objects.create_user("dana@alon.example", PASSWORD, name="דנה לוי", language=lang)
        rep = Account.objects.create_user("yoav@alon.example", PASSWORD, name="יואב כהן", language=lang)
        company = companies.begin(owner, "אלון ציוד משרדי")
        Membership.objects.create(company=company, account=rep, role="rep", person="יואב כהן")
    state.open_companies(companies.folder_of)
    with socket.create_server(("127.0.0.1", port)) as listening:
        config = uvicorn.Config(Pages(), lifespan="off", log_level="warning", access_log=False)
        sys.stdout.write(f"http://localhost:{port}\n")
        sys.stdout.flush()
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
