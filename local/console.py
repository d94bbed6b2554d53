"""
What the person at the terminal sees: calm lines, each written once; on a terminal the last one lives while it works.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.padding import Padding
from rich.spinner import Spinner
from rich.text import Text

type Story = Sequence[tuple[float, str, bool]]
"""Seconds since it began, what happened, and whether the provider said so."""

_NAME = 20
_FINAL = {"delivered": "green", "read": "green", "failed": "yellow", "rejected": "yellow", "received": "green"}


class Screen:
    """Lines for people; the same without colours and motion where nobody looks."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)

    def title(self, text: str) -> None:
        """What the next lines are about."""
        self._console.print()
        self._console.print(f"[bold]{text}[/bold]")

    def plain(self, text: str = "") -> None:
        """A line to be copied: nothing in it is marked up, broken or cut."""
        self._console.print(text, markup=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """A remark in the background."""
        self._console.print(Text(f"  {text}", style="dim"))

    def trouble(self, text: str) -> None:
        """Why it does not go on."""
        self._console.print()
        self._console.print(Text.assemble(("✗ ", "bold red"), text))

    @contextmanager
    def working(self, text: str) -> Iterator[Callable[[str], None]]:
        """A step of the preparations; the yielded function adds what it is at. Its line stays with its time."""
        began = time.monotonic()
        spinner = Spinner("dots", text=Text(text))
        with Live(Padding(spinner, (0, 2)), console=self._console, transient=True, refresh_per_second=12):

            def say(new: str) -> None:
                spinner.update(text=Text(f"{text}: {new}"))

            yield say
        taken = f"{time.monotonic() - began:.1f} s"
        self._console.print(Text.assemble("  ", ("✓ ", "green"), text, "  ", (taken, "dim")))

    @contextmanager
    def telling(self, name: str) -> Iterator[Callable[[Story], None]]:
        """The story of one message; the yielded function tells it as far as it has come."""
        spinner = Spinner("dots", text=_line(name, ()))
        told: list[Story] = [()]
        with Live(Padding(spinner, (0, 2)), console=self._console, transient=True, refresh_per_second=12):

            def tell(story: Story) -> None:
                told[0] = story
                spinner.update(text=_line(name, story))

            yield tell
        self._console.print(Text.assemble("  ", ("✓ ", "green"), _line(name, told[0])))

    def facts(self, facts: Mapping[str, str]) -> None:
        """Names and what they stand for, below each other."""
        width = max(map(len, facts))
        for name, value in facts.items():
            self._console.print(Text.assemble("  ", (f"{name:<{width}}", "dim"), "   ", value))

    def event(self, event: Mapping[str, Any]) -> None:
        """Something Herald has just published."""
        data: Mapping[str, Any] = event["data"]
        at = datetime.fromisoformat(event["at"]).astimezone().strftime("%H:%M:%S.%f")[:-3]
        whom = _person(data.get("to") if event["type"] != "message.received" else data.get("from"))
        words = [f"  {at} ", f"{event['type']:<18}", f"{data.get('channel', ''):<9}", f"{whom:<15}", data["id"]]
        style = _FINAL.get(event["type"].partition(".")[2], "")
        self._console.print(Text(" ".join(words), style=style))


def _person(address: object) -> str:
    """An address as events spell it: a phone number bare, anything else with its type."""
    match address:
        case {"type": kind, "value": value}:
            return f"{kind}:{value}"
        case _:
            return str(address or "")


def _line(name: str, story: Story) -> Text:
    """`WhatsApp text   accepted 0.00 → sent 0.21 → “delivered” 0.35`, the provider's words in quotes."""
    line = Text(f"{name:<{_NAME}} ")
    for number, (seconds, event, theirs) in enumerate(story):
        if number:
            line.append(" → ", "dim")
        word = f"“{event}”" if theirs else event
        line.append(word, _FINAL.get(event, ""))
        line.append(f" {seconds:.2f}", "dim")
    return line
