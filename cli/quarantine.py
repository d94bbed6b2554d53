"""`herald quarantine`: webhooks, parts of them and entries of lists that could not be worked through."""

import base64
import sys
from typing import Annotated

import typer

from cli import admin
from cli.arguments import AsJson, gateway
from cli.gateway import Refused
from cli.output import Row, done, show

Reason = Annotated[str | None, typer.Option(help="Only what is there for this reason.")]

app = typer.Typer(no_args_is_help=True, help="Webhooks that could not be worked through.")


def _row(key: str) -> Row:
    _, account, day, name = key.split("/")
    return {"account": account, "day": day, "name": name, "key": key}


@app.command("list")
def list_(
    ctx: typer.Context,
    account: Annotated[str | None, typer.Argument(help="All accounts by default.")] = None,
    *,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """List what is in quarantine and why, the oldest day of an account first; whether it was verified as it came."""
    found = admin.quarantined(gateway(ctx), account, reason)
    show([{**_row(key), "reason": label.reason, "verified": label.verified} for key, label in found], as_json=as_json)


@app.command("show")
def show_(ctx: typer.Context, key: str, *, as_json: AsJson = False) -> None:
    """Print the raw body. It may hold what people wrote."""
    body, label = admin.read_quarantine(gateway(ctx), key)
    if as_json:
        told = {"kind": label.kind, "reason": label.reason, "verified": label.verified}
        show({**_row(key), **told, "body": base64.b64encode(body).decode("ascii")}, as_json=True)
    else:
        sys.stdout.write(body.decode("utf-8", "backslashreplace") + "\n")


@app.command()
def replay(  # noqa: PLR0913 - what can be chosen
    ctx: typer.Context,
    key: Annotated[str | None, typer.Argument()] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help="All that lies there.")] = False,
    account: Annotated[str | None, typer.Option(help="With --all: of this account only.")] = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """
    Work through one again, or all, say after an adapter was mended.

    What was not verified when it came is verified now. A provider that gives no event id may then be told of twice.
    What still cannot be read stays here; so does an entry of a list, which is no webhook.
    """
    if all_ == (key is not None):
        raise Refused("name one key, or give --all")
    if key is not None:
        admin.replay(gateway(ctx), key)
        done(f"{key} is worked through again", as_json=as_json, key=key)
        return
    counts = admin.replay_all(gateway(ctx), account, reason)
    done(
        f"{counts['replayed']} are worked through again; {counts['of_lists']} are entries of lists",
        as_json=as_json,
        **counts,
    )
