"""A day's reading: what changed, how the month stands, whom to call. Written from the description of the interface.

    YAAD_TOKEN=yaad_… python examples/day.py https://yaad.example.com

It needs nothing but Python. Each address is looked up in /api/v1/openapi.json by the name of its operation.
"""

import json
import os
import sys
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen


class Yaad:
    """One company, through a token.

    Args:
        base: the address of the server.
        token: from the page "Tokens" of the company.
        lang: of the sentences in answers.
    """

    def __init__(self, base: str, token: str, lang: str = "en") -> None:
        self.base, self.lang = base.rstrip("/"), lang
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": lang}
        described = self._read("/api/v1/openapi.json")
        self.addresses = {
            operation["operationId"]: path
            for path, methods in described["paths"].items()
            for method, operation in methods.items()
            if method == "get"
        }
        self.company = self.ask("companies")["companies"][0]

    def ask(self, operation: str, **said: object) -> dict:
        """The answer to an operation that looks; what stands in its address is filled in, the rest goes behind it."""
        path = self.addresses[operation]
        known = {"company": getattr(self, "company", {}).get("id", ""), **said}
        for name, value in known.items():
            path = path.replace("{" + name + "}", quote(str(value), safe=""))
        query = {name: value for name, value in said.items() if "{" + name + "}" not in self.addresses[operation]}
        return self._read(f"{path}?{urlencode(query)}" if query else path)

    def deals(self, **said: object) -> list[dict]:
        """All deals that fit, page after page."""
        found, cursor = [], None
        while True:
            told = self.ask("deals", **said, **({"cursor": cursor} if cursor else {}))
            found += told["deals"]
            cursor = told["next"]
            if cursor is None:
                return found

    def _read(self, path: str) -> dict:
        with urlopen(Request(self.base + path, headers=self.headers)) as answer:  # noqa: S310 - the server that was named
            return json.load(answer)


def main(base: str, token: str) -> int:
    """Read and print; what the server refuses is printed in its own words."""
    try:
        yaad = Yaad(base, token)
        print(yaad.company["name"])
        for one in yaad.ask("measure", measure="win_rate")["measures"]:
            print(f"  won of those decided: {one['value']:.0%}")
        for stage in yaad.ask("funnel")["stages"]:
            print(f"  {stage['stage']}: {stage['advanced']} of {stage['entered']} moved on")
        print("To call today:")
        for deal in yaad.ask("calls", limit=5)["deals"]:
            print(f"  {deal['name']}: {deal['next_step']}")
        still_open = yaad.deals(outcome="open", limit=5)
        print(f"Open deals: {len(still_open)}")
    except HTTPError as error:
        told = json.load(error)
        print(f"{told['title']}: {told['detail']}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.environ["YAAD_TOKEN"]))
