"""`herald erase`: forget a person."""

from typing import Annotated

import typer

from cli import admin
from cli.arguments import AsJson, gateway
from cli.output import show, time
from herald.erasure_door import status_of


def erase(
    ctx: typer.Context,
    tenant: str,
    address: Annotated[list[str], typer.Argument(help="+43… or type:value; up to ten of one person.")],
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Until it is done: some minutes.")] = False,
    as_json: AsJson = False,
) -> None:
    """
    Erase a person everywhere in a tenant: what was said to them and by them, and that it was they.

    What waits to be sent to them is cancelled. It cannot be taken back.
    """
    erasure = admin.erase(gateway(ctx), tenant, address, wait=wait)
    row = {"erasure": erasure.id, "status": status_of(erasure), "created": time(erasure.created)}
    show({**row, "finished": time(erasure.done), **erasure.counts}, as_json=as_json)
