"""The web server, which ends its streams first when it stops: they would never end by themselves."""

import socket

import uvicorn

from yaad.server import live


class Serving(uvicorn.Server):  # type: ignore[misc] # of a library without types
    """uvicorn's; who listens is let go before answers under way are waited for."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server.shutdown`."""
        live.end_all()
        await super().shutdown(sockets)
