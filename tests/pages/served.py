"""A server of one book in a process of its own, begun by a fork of one in which the program is loaded already.

Most pages are asked of a server that one test has for itself; loading the program anew for each took longer than most
of what the tests then look at. That the program starts from nothing is shown by the tests of its commands.
"""

import multiprocessing
import os

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["yaad.server.tasks", "yaad.server.worker", "yaad.server.serving", "uvicorn", "django"])


def _serve(root, variables, announce):
    from yaad.server import serve

    os.environ.clear()
    os.environ.update(variables)  # what a test says is not what was said when the program was loaded
    serve(root, lang="he", announce=announce.send)


class Server:
    """A running server of a book.

    Attributes:
        entry: the address by which one comes in.
        process: in which it runs.
    """

    def __init__(self, root):
        ours, theirs = _FORKED.Pipe(duplex=False)
        self.process = _FORKED.Process(target=_serve, args=(str(root), dict(os.environ), theirs))
        self.process.start()
        theirs.close()
        with ours:
            self.entry = ours.recv()
        assert self.entry.startswith("http://127.0.0.1:"), self.entry

    def stop(self):
        """End it; it has seconds to do so."""
        self.process.terminate()
        self.process.join(timeout=60)
        assert self.process.exitcode is not None, "it does not end"
        self.process.close()
