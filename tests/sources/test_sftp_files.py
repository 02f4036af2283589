"""A file by SFTP: from a server whose key is known, only when it has changed, only whole."""

import io
import logging
import os
import socket
import threading
from pathlib import Path

import pytest

from yaad.book.sources.arriving import Known, Outside
from yaad.book.sources.outgoing import Outgoing
from yaad.book.sources.sftp_files import SftpAsk, fetch_sftp, fingerprint
from yaad.errors import InputError

paramiko = pytest.importorskip("paramiko")
HERE = Outgoing(own_machine=True)
SECRET = "pass-0123456789-סוד"
BODY = b"deal,stage\nA,Won\n" * 40_000


class Files(paramiko.SFTPServerInterface):
    """The files of a folder, to be read."""

    def __init__(self, server, *_, **__):
        self.served = server.server

    def stat(self, path):
        try:
            told = paramiko.SFTPAttributes.from_stat(self.served.place(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        self.served.stats += 1
        if self.served.grows and self.served.stats % 2 == 0:
            told.st_size += 1
        return told

    lstat = stat

    def open(self, path, flags, attr):
        self.served.opened += 1
        if self.served.locked:
            return paramiko.SFTP_PERMISSION_DENIED
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = self.served.place(path).open("rb")
        return handle


class Login(paramiko.ServerInterface):
    """One user, by password or by key."""

    def __init__(self, server):
        self.server = server

    def check_auth_password(self, username, password):
        self.server.tried.append(username)
        return paramiko.AUTH_SUCCESSFUL if (username, password) == ("dana", SECRET) else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username, key):
        fits = self.server.own is not None and key.asbytes() == self.server.own.asbytes()
        return paramiko.AUTH_SUCCESSFUL if fits else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username):
        return "password,publickey"

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED


class Server:
    """An SFTP server on this machine."""

    def __init__(self, folder):
        self.folder, self.grows, self.locked, self.own = str(folder), False, False, None
        self.keys = [paramiko.ECDSAKey.generate(), paramiko.RSAKey.generate(2048)]
        self.tried, self.opened, self.stats, self.drops = [], 0, 0, 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.transports = []
        self.ends = False
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def place(self, path):
        return Path(self.folder + path)

    def serve(self):
        while True:
            connection, _ = self.listening.accept()
            if self.ends or self.drops:
                connection.close()
                if self.ends:
                    return
                self.drops -= 1
                continue
            transport = paramiko.Transport(connection)
            for key in self.keys:
                transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
            self.transports.append(transport)
            try:
                transport.start_server(server=Login(self))
            except (paramiko.SSHException, EOFError, OSError):
                continue  # a client that does not believe us hangs up

    def close(self):
        self.ends = True
        with socket.create_connection(("127.0.0.1", self.port)):
            pass
        self.thread.join()
        self.listening.close()
        for transport in self.transports:
            transport.close()
            transport.join(10)


@pytest.fixture
def server(tmp_path):
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "deals.csv").write_bytes(BODY)
    made = Server(tmp_path / "served")
    yield made
    made.close()


class Fetching:
    """Fetch into a folder, one time after another, as a source does."""

    def __init__(self, server, folder):
        self.server, self.folder, self.known, self.waits = server, folder, Known(), []
        self.fingerprint = fingerprint(server.keys[0].asbytes())

    def __call__(self, *, path="/deals.csv", secret=SECRET, mark=None, hosts=None, way=HERE, **limits):
        mark = self.fingerprint if mark is None else mark
        ask = SftpAsk("calls", "127.0.0.1", self.server.port, path, "dana", secret, mark, hosts or self.folder / "none")
        assert SECRET not in repr(ask)
        fetched = fetch_sftp(ask, self.known, self.folder, Outside(way, self.waits.append, **limits))
        if fetched is not None:
            self.known = fetched.known
        return fetched

    def refused(self, **more):
        with pytest.raises(InputError) as caught:
            self(**more)
        for lang in ("he", "en"):
            assert SECRET not in caught.value.say(lang)
        return caught.value.message.key.removeprefix("sources.")


@pytest.fixture
def fetch(server, tmp_path):
    folder = tmp_path / "to"
    folder.mkdir()
    return Fetching(server, folder)


def test_a_file_comes_whole_and_only_when_it_has_changed(fetch, server):
    came = fetch()
    assert (came.path.name, came.path.read_bytes()) == ("deals.csv", BODY)
    assert (fetch(), server.opened) == (None, 1)
    os.utime(server.place("/deals.csv"), (1_800_000_000, 1_800_000_000))
    again = fetch()
    assert (again.known.sha256, server.opened) == (came.known.sha256, 2)
    with server.place("/deals.csv").open("ab") as file:
        file.write(b"B,Lost\n")
    assert fetch().path.read_bytes() == BODY + b"B,Lost\n"


def test_a_server_that_is_not_known_gets_no_password(fetch, server, tmp_path):
    assert fetch.refused(mark="") == "sftp_unknown"
    assert fetch.refused(mark=fingerprint(b"another")) == "sftp_changed"
    listed = tmp_path / "known_hosts"
    other = paramiko.ECDSAKey.generate()
    listed.write_text(f"[127.0.0.1]:{server.port} {other.get_name()} {other.get_base64()}\n")
    assert fetch.refused(mark="", hosts=listed) == "sftp_changed"
    listed.write_text("what is this\n")
    assert fetch.refused(mark="", hosts=listed) == "sftp_unknown"
    assert (server.tried, fetch.waits) == ([], [])


@pytest.mark.parametrize("which", [0, 1])
def test_the_list_of_known_servers_is_believed_whichever_key_it_has(fetch, server, tmp_path, which):
    listed, key = tmp_path / "known_hosts", server.keys[which]
    listed.write_text(f"[127.0.0.1]:{server.port} {key.get_name()} {key.get_base64()}\n")
    assert fetch(mark="", hosts=listed).path.read_bytes() == BODY


def test_a_private_key_opens_too(fetch, server):
    server.own = paramiko.ECDSAKey.generate()
    written = io.StringIO()
    server.own.write_private_key(written)
    assert fetch(secret=written.getvalue()).path.read_bytes() == BODY
    assert fetch.refused(secret="-----BEGIN OPENSSH PRIVATE KEY-----\nx\n") == "sftp_key"


def test_what_is_refused_is_told_and_not_tried_again(fetch, server, caplog):
    caplog.set_level(logging.DEBUG)
    assert fetch() is not None
    fetch.known = Known()
    server.tried.clear()
    assert SECRET not in caplog.text
    assert fetch.refused(secret="wrong") == "get_refused"
    assert server.tried == ["dana"]
    assert fetch.refused(path="/none.csv") == "get_absent"
    assert fetch.refused(path="/") == "get_absent"
    server.locked = True
    assert fetch.refused() == "get_refused"
    assert fetch.waits == []


def test_a_file_that_grows_while_it_is_read_is_refused(fetch, server):
    server.grows = True
    assert fetch.refused() == "get_growing"
    server.grows = False
    assert fetch() is not None


def test_too_much_and_too_long(fetch, server):
    assert fetch.refused(most_bytes=1000) == "get_large"
    assert server.opened == 0
    ticks = iter(range(0, 10**7, 1000))
    assert fetch.refused(clock=lambda: float(next(ticks)), longest=1500) == "get_slow"


def test_a_lost_connection_is_tried_again_and_not_for_ever(fetch, server):
    server.drops = 2
    assert fetch().path.read_bytes() == BODY
    assert fetch.waits == [1, 2]
    server.drops = 5
    assert fetch.refused() == "pull_cut"


def test_only_public_addresses_are_asked(fetch, server):
    assert fetch.refused(way=Outgoing()) == "out_inside"
    assert server.transports == []


def test_without_the_extra_it_is_told(fetch, server, monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr("yaad.book.sources.sftp_files.import_module", absent)
    assert fetch.refused() == "sftp_extra"
    assert server.transports == []
