"""Runs named cases and prints a line of JSON for each: what a session of another language does too."""

import json
import time
import traceback

_CASES = []


def case(name):
    """Marks a function as a case of the session; they run in the order in which they stand."""

    def mark(function):
        _CASES.append((name, function))
        return function

    return mark


def until(look, seconds=30):
    """Answers what `look` found, looking again until it found something."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.2)


def run():
    """Runs all cases; the last line says that the session came to its end."""
    for name, function in _CASES:
        try:
            function()
            error = None
        except Exception:  # whatever a case throws is its outcome
            error = traceback.format_exc()
        print(json.dumps({"case": name, "error": error}), flush=True)
    print(json.dumps({"end": True}), flush=True)
