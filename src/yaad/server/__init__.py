"""The server: settings, the one-time way in, safe headers, uploads, jobs in child processes, and `serve`.

It knows no page: a face gives the addresses and registers its jobs by their dotted names. Accounts, companies and
roles come into this room too; until then one person works on one book, on this machine.
"""

from yaad.server.serving import serve

__all__ = ["serve"]
