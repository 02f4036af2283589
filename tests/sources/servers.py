"""Servers on this machine that answer as the documented APIs do."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Loopback:
    """A server whose answers are given by hand: ``route(method, path, query, body)`` → status, JSON, headers."""

    def __init__(self):
        self.asked = []
        self.route = None
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                path, _, query = self.path.partition("?")
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                loopback.asked.append((self.command, path, query, body, dict(self.headers)))
                status, plain, headers = loopback.route(self.command, path, query, body)
                told = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Connection", "close")
                self.send_header("Content-Length", str(headers.pop("cut", 0) + len(told)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(told)
                self.close_connection = True

            do_GET = do_POST = answer  # noqa: N815 - the names that the standard library calls

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def paths(self):
        return [f"{method} {path}" for method, path, *_ in self.asked]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Raw:
    """A server that answers each connection by the next of some byte strings, and hangs up; None: it says nothing."""

    def __init__(self):
        self.answers = []
        self.asked = []
        self.free = threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while True:
            connection, _ = self.listening.accept()
            with connection:
                connection.settimeout(10)
                asked = connection.recv(65536)
                if not asked:
                    return
                self.asked.append(asked)
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                connection.sendall(answer.removesuffix(b"<hold>"))
                if answer.endswith(b"<hold>"):
                    self.free.wait(10)

    def close(self):
        self.free.set()
        host = self.listening.getsockname()
        with socket.create_connection(host):
            pass
        self.thread.join()
        self.listening.close()
