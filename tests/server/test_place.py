import stat

import pytest

from yaad.server.place import Place


def test_each_book_has_its_own_key_kept_for_its_owner_alone(tmp_path):
    one, other = Place(tmp_path / "one"), Place(tmp_path / "other")
    assert one.secret_key != other.secret_key
    assert Place(tmp_path / "one").secret_key == one.secret_key
    assert len(one.secret_key) >= 48
    assert stat.S_IMODE((one.folder / "secret.key").stat().st_mode) == 0o600
    assert one.name != other.name


def test_a_damaged_key_is_not_used(tmp_path):
    place = Place(tmp_path)
    (place.folder / "secret.key").write_text("short")
    with pytest.raises(ValueError, match="secret"):
        _ = place.secret_key
    assert len(Place(tmp_path).secret_key) >= 48
