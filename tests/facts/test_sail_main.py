"""A process without a file of its own (one that another process feeds) can use Sail and begin others as before."""

import subprocess
import sys

import pytest

PROGRAM = """
import multiprocessing, sys
from yaad.facts.engines import engine_named

engine_named("sail", []).close()
assert not hasattr(sys.modules["__main__"], "__file__")
began = multiprocessing.get_context("forkserver").Process(target=len, args=((),))
began.start()
began.join()
print(began.exitcode)
"""


@pytest.mark.sail
def test_the_main_module_is_named_only_while_the_client_asks():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("0\n", 0), done.stderr
