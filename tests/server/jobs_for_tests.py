"""Tasks that the tests of the jobs run in child processes."""

import os
import time

from yaad.errors import InputError
from yaad.text import Message


def add(arguments, report):
    report(1, 2)
    report(2, 2)
    return {"sum": sum(arguments["numbers"])}


def wait(arguments, report):
    report(1, 10, "halfway")
    time.sleep(60)


def be_interrupted(arguments, report):
    report(1, 10)
    try:
        time.sleep(60)
    except BaseException:  # noqa: BLE001 – the stop is a class of the process, not of a module
        raise RuntimeError("Query interrupted") from None  # as an engine says it


def refuse(arguments, report):
    raise InputError(Message("errors.file_absent", {"path": "deals.csv"}))


def die(arguments, report):
    os._exit(3)


def break_down(arguments, report):
    raise ZeroDivisionError
