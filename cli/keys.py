"""`herald keys`: what a tenant calls the API with."""

from typing import Annotated

import typer

from cli import admin
from cli.arguments import AsJson, gateway
from cli.output import Row, show, time
from herald.authenticating import USUAL, Scope
from herald.aws.registry import Key

app = typer.Typer(no_args_is_help=True, help="API keys of tenants.")

_HOUR = 3_600_000


def _row(key: Key) -> Row:
    return {
        "prefix": key.prefix,
        "tenant": key.tenant,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "test": key.test,
        "revoked": key.revoked,
        "created": time(key.created),
        "ends": time(key.not_after),
    }


def _new_row(new: admin.NewKey) -> Row:
    return {"key": new.text, **_row(new.key)}


@app.command()
def create(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    tenant: str,
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it may do; by default all but erasing people.")
    ] = None,
    name: Annotated[str, typer.Option(help="A name for people.")] = "",
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="How long it is valid; for ever by default.")
    ] = None,
    *,
    test: Annotated[bool, typer.Option("--test", help="What it sends never reaches a provider.")] = False,
    as_json: AsJson = False,
) -> None:
    """Create a key and show it, this once."""
    new = admin.create_key(gateway(ctx), tenant, scope or USUAL, name=name, days=days, test=test)
    show(_new_row(new), as_json=as_json)


@app.command("list")
def list_(ctx: typer.Context, tenant: str, *, as_json: AsJson = False) -> None:
    """List a tenant's keys, without what is secret."""
    registry = gateway(ctx).registry
    registry.read_tenant(tenant)
    show([_row(key) for key in registry.keys(tenant)], as_json=as_json)


@app.command()
def revoke(ctx: typer.Context, prefix: str, *, as_json: AsJson = False) -> None:
    """End a key; it takes a minute to reach every worker."""
    show(_row(admin.revoke_key(gateway(ctx), _prefix(prefix))), as_json=as_json)


@app.command()
def rotate(
    ctx: typer.Context,
    prefix: str,
    hours: Annotated[int, typer.Option(min=0, max=720, help="How long the old key stays valid.")] = 24,
    *,
    as_json: AsJson = False,
) -> None:
    """Create a key like this one, show it this once, and let the old one end."""
    show(_new_row(admin.rotate_key(gateway(ctx), _prefix(prefix), hours * _HOUR)), as_json=as_json)


def _prefix(text: str) -> str:
    """The public part, also out of `hk_<public part>`."""
    return text.removeprefix("hkt_").removeprefix("hk_").partition("_")[0]
