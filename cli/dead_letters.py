"""`herald dead-letters`: records that failed so often that their queue gave them up."""

from typing import Annotated

import typer
from rich.console import Console

from cli.arguments import AsJson, gateway
from cli.dead import WITH_CONTENT
from cli.output import Row, done, show, time

app = typer.Typer(no_args_is_help=True, help="Records that their queue has given up.")

Queue = Annotated[str, typer.Argument(help="What they failed at, as `list` names it.")]


@app.command("list")
def list_(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the queues of what failed, and how much lies in each."""
    dead = gateway(ctx).dead_letters()
    rows: list[Row] = [{"queue": name, "records": dead.depth(name)} for name in dead.names]
    show(rows, as_json=as_json)


@app.command("show")
def show_(
    ctx: typer.Context,
    queue: Queue,
    *,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 10,
    content: Annotated[bool, typer.Option("--content", help="Show what people wrote, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look at some of the records. They stay where they are."""
    dead = gateway(ctx).dead_letters()
    shown = content or queue not in WITH_CONTENT
    rows: list[Row] = [
        {"id": each.id, "sent": time(each.sent), "body": each.body if shown else f"{len(each.body)} characters"}
        for each in dead.look(queue, limit)
    ]
    show(rows, as_json=as_json)


@app.command()
def redrive(ctx: typer.Context, queue: Queue, *, as_json: AsJson = False) -> None:
    """
    Send the records back to their queue, once the cause is mended. Nothing is sent twice by this.

    Those of publish are changes of the table: they are read in its stream, which keeps them for a day, and published.
    """
    dead, number = gateway(ctx).dead_letters(), 0
    with Console(stderr=True).status("sending back …") as status:
        for number in dead.redrive(queue):
            status.update(f"sent back {number} …")
    done(f"{number} records of {queue} are on their way again", as_json=as_json, queue=queue, records=number)


@app.command()
def discard(
    ctx: typer.Context,
    queue: Queue,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Throw the records away. Messages themselves are in the table, and are not touched."""
    dead = gateway(ctx).dead_letters()
    if not yes:
        typer.confirm(f"throw away about {dead.depth(queue)} records of {queue}?", abort=True)
    number = dead.discard(queue)
    done(f"{number} records of {queue} are gone", as_json=as_json, queue=queue, records=number)
