"""A small disk that one script alone sees: it is mounted in a namespace of its own, and is gone with it."""

import subprocess
from pathlib import Path

import pytest

NO_DISK = 77


def on_small_disk(size: str, script: str, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of the shell in a folder, with an empty disk of `size` (``300k``) at ``disk`` there.

    The test is skipped where this account may not mount a disk.
    """
    (folder / "disk").mkdir()
    mounted = f"mount -t tmpfs -o size={size} tmpfs disk || exit {NO_DISK}\n{script}"
    command = ["unshare", "--user", "--mount", "--map-root-user", "sh", "-c", mounted, "sh", *words]
    try:
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=500)
    except FileNotFoundError:
        pytest.skip("no unshare here")  # a system without Linux's namespaces: no small disk can be made there
    if ran.returncode == NO_DISK or ran.stderr.startswith("unshare:"):
        pytest.skip("this account may not mount a small disk")  # a container without user namespaces says no
    return ran
