"""`herald tenants`: who sends."""

from typing import Annotated

import typer

from cli import admin
from cli.arguments import AsJson, gateway
from cli.output import Row, done, show, time
from herald.aws.registry import Tenant
from herald.retention import Retention

app = typer.Typer(no_args_is_help=True, help="Who sends.")


_CONTENT = "What is kept of messages that are over: everything, all but what they say, or not even the whole address."


def _row(tenant: Tenant) -> Row:
    return {
        "tenant": tenant.id,
        "title": tenant.title,
        "per_minute": tenant.limits.per_minute,
        "per_day": tenant.limits.per_day,
        "content": str(tenant.content),
        "created": time(tenant.created),
    }


@app.command()
def add(
    ctx: typer.Context,
    tenant: str,
    title: Annotated[str, typer.Option(help="A name for people.")] = "",
    content: Annotated[Retention, typer.Option(help=_CONTENT)] = Retention.KEEP,
    *,
    as_json: AsJson = False,
) -> None:
    """Add a tenant; nothing happens when it is there already."""
    show(_row(admin.create_tenant(gateway(ctx), tenant, title, content)), as_json=as_json)


@app.command("list")
def list_(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the tenants."""
    show([_row(tenant) for tenant in gateway(ctx).registry.tenants()], as_json=as_json)


@app.command("set")
def set_(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    tenant: str,
    *,
    title: Annotated[str | None, typer.Option(help="A name for people.")] = None,
    content: Annotated[Retention | None, typer.Option(help=_CONTENT)] = None,
    per_minute: Annotated[int | None, typer.Option(min=1, help="Messages accepted in a minute, at most.")] = None,
    per_day: Annotated[int | None, typer.Option(min=1, help="Messages accepted in a day (UTC), at most.")] = None,
    unlimited: Annotated[bool, typer.Option("--unlimited", help="Take away the limits that are not given.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change a tenant: what is kept of its messages, how many it may send. Every worker knows within a minute."""
    change = admin.TenantChange(title, content, per_minute, per_day, unlimited=unlimited)
    show(_row(admin.change_tenant(gateway(ctx), tenant, change)), as_json=as_json)


@app.command()
def remove(ctx: typer.Context, tenant: str, *, as_json: AsJson = False) -> None:
    """Remove a tenant with its keys and routes. Its messages stay until their time is over."""
    admin.remove_tenant(gateway(ctx), tenant)
    done(f"tenant {tenant} is removed", as_json=as_json, tenant=tenant)
