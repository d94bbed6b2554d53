"""
`make mutants`: how many small changes to what decides are noticed. Exit code 1 when it is too few, in any module.
"""

import argparse
import os
import sys
import time

from tests.mutants.guards import GUARDED
from tests.mutants.trying import attempt, load

ENOUGH = 0.85


def say(text: str) -> None:
    """A line at the terminal, at once."""
    print(text, flush=True)  # noqa: T201 - a command


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="for example herald.outcome; without any, all that decide")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    load()
    few = made = noticed = 0
    for guarded in GUARDED:
        if asked.modules and guarded.module not in asked.modules:
            continue
        start = time.monotonic()
        tried = attempt(guarded, asked.processes)
        seen = tried.made - len(tried.unnoticed)
        made, noticed, few = made + tried.made, noticed + seen, few + (seen < ENOUGH * tried.made)
        took = time.monotonic() - start
        say(f"{guarded.module:<24}{seen:>4} of {tried.made:>4}  {seen / tried.made:6.1%} {took:6.0f} s")
        for change in tried.unnoticed:
            say(f"    {change.line:>4}  {change.before}  →  {change.after}")
    say(f"{'all':<24}{noticed:>4} of {made:>4}  {noticed / made:6.1%}")
    return int(few > 0)


sys.exit(main())
