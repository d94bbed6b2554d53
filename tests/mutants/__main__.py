"""
`make mutants`: how many small changes to what decides are noticed. Exit code 1 when it is too few, in any module.
"""

import argparse
import os
import sys
import time

from tests.mutants.guards import GUARDED, Guarded
from tests.mutants.trying import attempt, load

ENOUGH = 0.85


def say(text: str) -> None:
    """A line at the terminal, at once."""
    print(text, flush=True)  # noqa: T201 - a command


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="for example herald.outcome; without any, all that decide")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--every", type=int, default=1, help="3: only each third change, for a first look")
    asked = parser.parse_args()
    load()
    few = made = noticed = 0
    for guarded in GUARDED:
        if asked.modules and guarded.module not in asked.modules:
            continue
        tried, seen = measure(guarded, asked.processes, asked.every)
        made, noticed, few = made + tried, noticed + seen, few + (seen < ENOUGH * tried)
    say(f"{'all':<24}{noticed:>4} of {made:>4}  {noticed / made:6.1%}")
    return int(few > 0)


def measure(guarded: Guarded, processes: int, every: int) -> tuple[int, int]:
    """How many changes were made to a module, and how many were noticed; the others are told one by one."""
    start = time.monotonic()
    tried = seen = 0
    for change, noticed in attempt(guarded, processes, every):
        tried, seen = tried + 1, seen + noticed
        if not noticed:
            say(f"    {change.line:>4}  {change.before}  →  {change.after}")
    say(f"{guarded.module:<24}{seen:>4} of {tried:>4}  {seen / tried:6.1%} {time.monotonic() - start:6.0f} s")
    return tried, seen


if __name__ == "__main__":
    sys.exit(main())
