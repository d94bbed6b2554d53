"""
What Herald promises about loss, duplicates, safety and privacy, each with the tests that show it.

`python -m tests.goals` writes the table of docs/reliability.md from the tests' marks, `@pytest.mark.goal("G7")`. A test
that has a number to show calls the fixture `figure`; every run of the tests ends with the figures it saw.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.features import Proofs, collect

PAGE = Path(__file__).parent.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- goals: made by python -m tests.goals -->", "<!-- end of goals -->"

TITLES: Mapping[str, str] = {
    "G1": "Every handler dies before and after each of its calls, and with the answer lost: nothing lost, nothing sent "
    "twice where it could be known; every call site is died at",
    "G2": "Random schedules of sends, duplicates, deaths, webhooks and faults: both invariants hold in all",
    "G3": "A long run against the deployed bundle with faults: the balance sheet",
    "G4": "A provider is out for 30 minutes: no dead letters, drained within twice the time, never above its rate",
    "G5": "Calls to providers per message, with faults",
    "G6": "No other account is tried after an unclear outcome",
    "G7": "A hundred concurrent requests with one key are one message",
    "G8": "A webhook is acknowledged only once it is stored, with the provider's exact bytes; inbound messages without "
    "an id are flagged, never dropped; statuses missed in an outage are recovered or told to be overdue",
    "G9": "Any bytes as a webhook: never a server error",
    "G10": "All permutations of a history end in the same status",
    "G11": "Forged, altered and replayed webhooks are refused",
    "G12": "What is set aside can be seen and replayed by one command, and raises an alarm",
    "G13": "Callbacks verify with the reference library, during and after a rotation",
    "G14": "Callbacks are tried for more than 72 hours; 410, 429, Retry-After and redirects as the standard says",
    "G15": "One hanging endpoint of a hundred does not slow down the others",
    "G16": "From a change to its event; nothing stays behind after a crash",
    "G17": "Token calls per expiry",
    "G18": "Rotating credentials under load",
    "G19": "Every failure of the wire and every HTTP status is classified for every provider",
    "G20": "No unclear outcome by a connection that died while the worker slept",
    "G21": "Addresses that are not public are never connected to, in any spelling, by redirect or rebinding",
    "G22": "Fetching media: memory, time and bytes are bounded",
    "G23": "What media really is, by its bytes",
    "G24": "No tenant reaches another's things, on any route",
    "G25": "Nothing personal in logs, metrics and problems",
    "G26": "Generated requests against every operation: no server error, every refusal a problem document",
    "G27": "What the template must hold: dead letters, visibility, least privilege, encryption, alarms",
    "G28": "An erased person is nowhere any more",
    "G29": "Branches and mutants of what decides",
    "G30": "Known vulnerabilities, hashes, bill of materials, reproducible build",
    "G31": "No network, any order, again and again",
}

type Figure = tuple[str, str, str]
"""Goal, what was counted, how many."""


def table(proofs: Proofs) -> str:
    """The promises with their proofs, as Markdown."""
    rows = []
    for name, title in TITLES.items():
        tests = sorted(f"`{test.removeprefix('tests/')}`" for test in proofs.get(name, Counter()))
        rows.append(f"| {name} | {title} | {'<br>'.join(tests) or 'see below'} |")
    return "\n".join(["| | promise | shown by |", "|---|---|---|", *rows])


def page(text: str, proofs: Proofs) -> str:
    """The page with the table as it should be."""
    return re.sub(f"(?s){BEGIN}.*{END}", lambda _: f"{BEGIN}\n\n{table(proofs)}\n\n{END}", text)


def report(figures: Iterable[Figure]) -> list[str]:
    """A line for each figure, in the order of the goals; the same one of several workers or repetitions once."""
    by_goal: defaultdict[str, list[str]] = defaultdict(list)
    for goal, what, value in figures:
        line = f"{goal:4} {what}: {value}"
        if line not in by_goal[goal]:
            by_goal[goal].append(line)
    return [line for goal in sorted(by_goal, key=lambda goal: int(goal[1:])) for line in by_goal[goal]]


def main(arguments: list[str]) -> str | None:
    """Writes the page; with `--check` only says what is wrong with the one that is kept."""
    proofs = collect("goal")
    wrong = [
        f"{name} is no goal, but {', '.join(tests)} show it" for name, tests in proofs.items() if name not in TITLES
    ]
    text = PAGE.read_text()
    if "--check" not in arguments:
        PAGE.write_text(page(text, proofs))
    elif text != page(text, proofs):
        wrong.append("docs/reliability.md is stale: python -m tests.goals")
    return "\n".join(wrong) or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
