"""Data that somebody takes out of a company as a file leave a line in its audit log: who, which, how large."""

from yaad.server.scoping import current


def note(name: str, size: int) -> None:
    """Write the line, before the file goes out; one's own book has no such log.

    Args:
        name: of the file.
        size: its bytes.
    """
    access = current()
    if not access.company:
        return
    from yaad.server import audit

    audit.record(access.company, access.account, "export.made", f"file:{name}", {"bytes": size})
