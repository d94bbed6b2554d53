"""`herald tenants`: who sends."""

from typing import Annotated

import typer

from cli import admin
from cli.arguments import AsJson, gateway
from cli.output import Row, done, show, time
from herald.aws.registry import Tenant

app = typer.Typer(no_args_is_help=True, help="Who sends.")


def _row(tenant: Tenant) -> Row:
    limits = {"per_minute": tenant.limits.per_minute, "per_day": tenant.limits.per_day}
    return {"tenant": tenant.id, "title": tenant.title, **limits, "created": time(tenant.created)}


@app.command()
def add(
    ctx: typer.Context,
    tenant: str,
    title: Annotated[str, typer.Option(help="A name for people.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Add a tenant; nothing happens when it is there already."""
    show(_row(admin.create_tenant(gateway(ctx), tenant, title)), as_json=as_json)


@app.command("list")
def list_(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the tenants."""
    show([_row(tenant) for tenant in gateway(ctx).registry.tenants()], as_json=as_json)


@app.command("set")
def set_(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    tenant: str,
    per_minute: Annotated[int | None, typer.Option(min=1, help="Messages accepted in a minute, at most.")] = None,
    per_day: Annotated[int | None, typer.Option(min=1, help="Messages accepted in a day (UTC), at most.")] = None,
    *,
    unlimited: Annotated[bool, typer.Option("--unlimited", help="Take away the limits that are not given.")] = False,
    as_json: AsJson = False,
) -> None:
    """Limit what a tenant may send; each recipient counts. It takes a minute to reach every worker."""
    limited = admin.limit_tenant(gateway(ctx), tenant, per_minute=per_minute, per_day=per_day, unlimited=unlimited)
    show(_row(limited), as_json=as_json)


@app.command()
def remove(ctx: typer.Context, tenant: str, *, as_json: AsJson = False) -> None:
    """Remove a tenant with its keys and routes. Its messages stay until their time is over."""
    admin.remove_tenant(gateway(ctx), tenant)
    done(f"tenant {tenant} is removed", as_json=as_json, tenant=tenant)
