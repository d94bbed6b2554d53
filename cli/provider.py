"""
`herald provider`: what a provider has of an account: messages in its own lists, and who has opted in.
"""

import csv
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from cli.arguments import AsJson, gateway
from cli.enquiries import Enquiry
from cli.gateway import Refused
from cli.output import Row, show, time
from herald.errors import HeraldError
from herald.models import Address, Event, InboundMessage, OptIn, Unreadable
from herald.provider import Direction, Listing

app = typer.Typer(no_args_is_help=True, help="What a provider has of an account.")

FEW = 20
"""Entries that are shown unless more are asked for."""

_YEARS = range(1970, 3000)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

Which = Annotated[Direction, typer.Option(help="What people wrote, or what was sent to them.")]


@app.command()
def messages(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    account: str,
    *,
    direction: Which = Direction.INBOUND,
    first: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="ISO 8601, in UTC unless it says otherwise.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="TIME", help="The same; both are included.")] = None,
    sender: Annotated[str | None, typer.Option(metavar="NUMBER", help="From whom.")] = None,
    recipient: Annotated[str | None, typer.Option(metavar="NUMBER", help="To whom.")] = None,
    search: Annotated[str | None, typer.Option(metavar="TEXT", help="Part of a number or of the text.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help=f"Entries at most; {FEW} by default.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="As many as the provider shows.")] = False,
    as_json: AsJson = False,
) -> None:
    """List messages as the provider has them, in its own order."""
    if everything and limit:
        raise Refused("give --limit or --all, not both")
    start, end = _moment("--from", first), _moment("--to", last)
    if start is not None and end is not None and end < start:
        raise Refused("--to lies before --from")
    listing = Listing(direction, start, end, sender=sender, recipient=recipient, search=search)
    enquiry = Enquiry.about(gateway(ctx), account)
    with _collecting(as_json=as_json) as (rows, progress):
        for page in enquiry.pages(listing, None if everything else limit or FEW):
            rows.extend(map(_row, page.events))
            progress(f"{len(rows)} entries")


@app.command()
def message(
    ctx: typer.Context,
    account: str,
    message_id: Annotated[str, typer.Argument(metavar="ID", help="The provider's own id.")],
    *,
    direction: Which = Direction.INBOUND,
    as_json: AsJson = False,
) -> None:
    """Show one message as the provider has it."""
    row = _row(Enquiry.about(gateway(ctx), account).entry(direction, message_id))
    show(row if as_json else _plain(row), as_json=as_json)


@app.command()
def opt_ins(ctx: typer.Context, account: str, *, as_json: AsJson = False) -> None:
    """List who is willing to be written to, as the provider has it."""
    enquiry = Enquiry.about(gateway(ctx), account)
    with _collecting(as_json=as_json) as (rows, _):
        rows.extend(_person(one, one) for one in enquiry.opt_ins())


@app.command()
def opt_in(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    account: str,
    numbers: Annotated[list[str] | None, typer.Argument(metavar="NUMBER", help="In E.164: +43…")] = None,
    *,
    name: Annotated[str | None, typer.Option(help="Whose number it is, of a single one.")] = None,
    file: Annotated[str | None, typer.Option(metavar="CSV", help="Lines of number,name; - reads stdin.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell the provider who is willing to be written to, and show what it says of each."""
    people = _people(numbers or [], name, file)
    enquiry = Enquiry.about(gateway(ctx), account)
    with _collecting(as_json=as_json) as (rows, progress):
        try:
            for answered in enquiry.opt_in(people):
                rows.extend(_person(asked, said) for asked, said in answered)
                progress(f"{len(rows)} of {len(people)} numbers")
        except HeraldError as error:
            if rows:
                error.hint = f"the first {len(rows)} of {len(people)} are done; doing them again changes nothing"
            raise


@contextmanager
def _collecting(*, as_json: bool) -> Iterator[tuple[list[Row], Callable[[str], None]]]:
    """Rows that are shown in the end, those before an error too; meanwhile a terminal shows how far it has come."""
    rows: list[Row] = []
    try:
        with Console(stderr=True).status("asking the provider") as status:
            yield rows, status.update
    except HeraldError:
        if rows:
            _show(rows, as_json=as_json)
        raise
    _show(rows, as_json=as_json)


def _show(rows: Sequence[Row], *, as_json: bool) -> None:
    if as_json:
        show(rows, as_json=True)
        return
    readable = [row for row in rows if "unreadable" not in row]
    show([_plain(row) for row in readable], as_json=False)
    if len(readable) < len(rows):
        typer.echo(f"{len(rows) - len(readable)} cannot be read; --json shows them as they are", err=True)


def _row(event: Event) -> Row:
    """An entry of a list; one that cannot be read as the provider wrote it."""
    if isinstance(event, Unreadable):
        return {"unreadable": json.loads(event.text)}
    if isinstance(event, InboundMessage):
        return {
            "id": event.event_id,
            "at": time(event.at),
            "from": event.sender,
            "to": event.recipient,
            "content": dict(event.content),
        }
    return {
        "id": event.provider_message_id,
        "to": event.recipient,
        "status": event.status,
        "provider_status": event.provider_status,
        "reason": event.reason,
    }


def _person(asked: OptIn, said: OptIn | None) -> Row:
    """Somebody and what the provider says of them; nothing when it does not name them."""
    return {
        "number": asked.address,
        "name": said.name if said and said.name else asked.name,
        "capable": said.capable if said else None,
        "blocked": said.blocked if said else None,
    }


def _plain(row: Row) -> Row:
    """For a terminal: text as it was written, with control characters spelled out, since strangers wrote it."""
    return {name: _line(value) for name, value in row.items()}


def _line(value: object) -> object:
    if isinstance(value, Mapping):
        value = value["text"] if value.keys() == {"type", "text"} else json.dumps(value, ensure_ascii=False)
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], value) if isinstance(value, str) else value


def _moment(option: str, text: str | None) -> int | None:
    """Milliseconds since 1970 of what was typed. Raises Refused."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.year not in _YEARS:
        raise Refused(f"{option} is a time in ISO 8601, such as 2026-11-21T10:45:30Z")
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)


def _people(numbers: Sequence[str], name: str | None, file: str | None) -> Sequence[OptIn]:
    """Whom the command names, each once. Raises Refused before anybody is asked."""
    if name and (file or len(numbers) != 1):
        raise Refused("--name belongs to a single number", hint="a --file has a name for each")
    people = [_willing(number, name, f"number {place}") for place, number in enumerate(numbers, 1)]
    people += _listed(file) if file else ()
    if not people:
        raise Refused("give numbers, or a --file of them")
    return tuple({one.address: one for one in people}.values())


def _listed(file: str) -> Iterator[OptIn]:
    """The people of a file; its first line may name the columns."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
        lines = list(csv.reader(StringIO(text, newline=""), skipinitialspace=True, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise Refused(f"{file} cannot be read", hint="it has lines of number,name in UTF-8") from error
    for place, (number, *more) in enumerate((line for line in lines if line), 1):
        if place > 1 or number.strip().lower() != "number":
            yield _willing(number.strip(), more[0].strip() if more else None, f"entry {place} of {file}")


def _willing(number: str, name: str | None, place: str) -> OptIn:
    try:
        return OptIn(Address(value=number).value, name or None)
    except ValidationError as error:
        raise Refused(f"{place} must be a phone number in E.164: + and 7 to 15 digits") from error
