"""`herald routes`: which accounts carry a tenant's channels."""

from typing import Annotated

import typer

from cli import admin
from cli.arguments import AsJson, gateway
from cli.output import Row, done, show
from herald.models import Channel

app = typer.Typer(no_args_is_help=True, help="Which accounts carry a tenant's channels.")


def _row(tenant: str, channel: Channel, accounts: tuple[str, ...]) -> Row:
    return {"tenant": tenant, "channel": channel, "accounts": list(accounts)}


@app.command("set")
def set_(
    ctx: typer.Context,
    tenant: str,
    channel: Channel,
    accounts: Annotated[list[str], typer.Argument(help="The first choice first.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say which accounts carry a channel for a tenant."""
    show(_row(tenant, channel, admin.set_route(gateway(ctx), tenant, channel, accounts)), as_json=as_json)


@app.command("list")
def list_(
    ctx: typer.Context,
    tenant: Annotated[str | None, typer.Argument(help="All tenants by default.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the routes."""
    registry = gateway(ctx).registry
    tenants = [registry.read_tenant(tenant).value] if tenant else registry.tenants()
    rows = [_row(one.id, *route) for one in tenants for route in registry.routes(one.id).items()]
    show(rows, as_json=as_json)


@app.command()
def remove(ctx: typer.Context, tenant: str, channel: Channel, *, as_json: AsJson = False) -> None:
    """Remove a route: the tenant then has to name the account in each message."""
    gateway(ctx).registry.remove_route(tenant, channel)
    done(f"{tenant} has no route for {channel} any more", as_json=as_json, tenant=tenant, channel=channel)
