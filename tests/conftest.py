"""What all tests share: where the public sets stand, and that no test reaches the network."""

from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says something of the machine, nothing of the law. A commit is held to the same examples
# wherever it is tested; `make check-long` searches for others.
settings.register_profile("yaad", deadline=None, derandomize=True)
settings.register_profile("searching", deadline=None, max_examples=500, print_blob=True)
settings.load_profile("yaad")

SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public sets beside the project; a test that needs it is skipped by name where it is absent."""
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip("../shared/data is absent")
    return data
