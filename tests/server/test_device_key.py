"""What waits on a device is known to be somebody's by a key of its own, whatever signs the sessions."""

import pytest

from yaad.server.device_key import NAME, device_key


@pytest.fixture(autouse=True)
def _forgotten():
    device_key.cache_clear()
    yield
    device_key.cache_clear()


def test_it_is_made_once_and_for_the_server_alone(tmp_path):
    first = device_key(tmp_path)
    device_key.cache_clear()  # as another process would ask
    assert device_key(tmp_path) == first
    assert len(first) >= 32
    assert [one.name for one in tmp_path.iterdir()] == [NAME]
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0


def test_an_account_keeps_its_mark_when_the_key_of_sessions_is_renewed(team, home):
    from django.test import override_settings

    from yaad.faces.web.device import account_mark

    before = account_mark(7)
    assert account_mark(8) != before
    with override_settings(SECRET_KEY="another key, with letters enough: 0123456789 ABCDEFGH"):
        assert account_mark(7) == before
