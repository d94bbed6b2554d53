"""
What the command prints: JSON for programs, tables for people.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

type Row = Mapping[str, object]


def show(rows: Sequence[Row] | Row, *, as_json: bool) -> None:
    """Print one thing, or a list of things of the same shape."""
    if as_json:
        print(json.dumps(rows, indent=2, default=str))
    elif isinstance(rows, Mapping):
        _print_one(rows)
    else:
        _print_all(rows)


def done(sentence: str, *, as_json: bool, **facts: object) -> None:
    """Say what was done; as JSON, only the facts."""
    if as_json:
        print(json.dumps(facts, indent=2, default=str))
    else:
        Console().print(sentence, highlight=False, markup=False, soft_wrap=True)


def time(milliseconds: int | None) -> str | None:
    """ISO 8601 in UTC, to the second."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds // 1000, UTC).isoformat()


def _print_one(row: Row) -> None:
    width = max(map(len, row))
    for name, value in row.items():
        Console().print(f"{name:<{width}}  {_text(value)}", highlight=False, markup=False, soft_wrap=True)


def _print_all(rows: Sequence[Row]) -> None:
    if not rows:
        print("none")
        return
    table = Table(box=None, pad_edge=False)
    for name in rows[0]:
        table.add_column(name, overflow="fold")  # an address that is cut cannot be copied
    for row in rows:
        table.add_row(*(_text(value) for value in row.values()))
    Console().print(table, markup=False, soft_wrap=True)


def _text(value: object) -> str:
    if value in (None, "", [], {}):
        return "-"
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value))
        case dict():
            return json.dumps(value)
        case _:
            return str(value)
