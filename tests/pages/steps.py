"""The steps that a person takes on most pages: press, and wait until work in the background is over."""

PATIENCE = 240
"""Seconds for the longest work of a page."""


def press(page, selector):
    """Click what leads to another page, and be there."""
    with page.expect_navigation():
        page.click(selector)


def settled(page):
    """Wait until no progress is shown and the page that took its place stands whole.

    The progress is gone as soon as the next document begins, before its first line is read.
    """
    page.wait_for_selector("#progress", state="detached", timeout=PATIENCE * 1000)
    page.wait_for_load_state("load")


def send(page, *files):
    """Choose files and send them."""
    page.set_input_files("#files", files)
    press(page, ".dropform .btn.p")
