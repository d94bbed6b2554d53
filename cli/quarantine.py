"""`herald quarantine`: webhooks, parts of them and entries of lists that could not be worked through."""

import base64
import sys
from typing import Annotated

import typer

from cli import admin
from cli.arguments import AsJson, gateway
from cli.output import Row, done, show

app = typer.Typer(no_args_is_help=True, help="Webhooks that could not be worked through.")


def _row(key: str) -> Row:
    _, account, day, name = key.split("/")
    return {"account": account, "day": day, "name": name, "key": key}


@app.command("list")
def list_(
    ctx: typer.Context,
    account: Annotated[str | None, typer.Argument(help="All accounts by default.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List what is in quarantine, the oldest day of an account first."""
    show([_row(key) for key in gateway(ctx).bucket.quarantined(account)], as_json=as_json)


@app.command("show")
def show_(ctx: typer.Context, key: str, *, as_json: AsJson = False) -> None:
    """Print the raw body. It may hold what people wrote."""
    body, kind = admin.read_quarantine(gateway(ctx), key)
    if as_json:
        show({**_row(key), "kind": kind, "body": base64.b64encode(body).decode("ascii")}, as_json=True)
    else:
        sys.stdout.write(body.decode("utf-8", "backslashreplace") + "\n")


@app.command()
def replay(ctx: typer.Context, key: str, *, as_json: AsJson = False) -> None:
    """
    Work through one again, say after an adapter was mended.

    A provider that gives no event id may then be told of twice. What still cannot be read stays here; so does an entry
    of a list, which is no webhook.
    """
    admin.replay(gateway(ctx), key)
    done(f"{key} is worked through again", as_json=as_json, key=key)
