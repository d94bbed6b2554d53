"""`herald accounts`: provider accounts, their senders, limits, credentials and webhook addresses."""

from collections.abc import Mapping
from typing import Annotated

import typer

from cli import admin
from cli.arguments import AsJson, CredentialsFile, gateway, read_credentials
from cli.form import parse_sender, parse_setting
from cli.gateway import Gateway
from cli.output import Row, done, show
from herald.models import Account, Limits, Sender

app = typer.Typer(no_args_is_help=True, help="Provider accounts.")

Senders = Annotated[
    list[str] | None, typer.Option("--sender", help="channel:id, or channel:id=tenant for whom replies are.")
]
Settings = Annotated[list[str] | None, typer.Option("--setting", help="name=value, of the provider's adapter.")]
Rate = Annotated[float | None, typer.Option(help="Messages a second.")]
Batch = Annotated[int | None, typer.Option(help="Recipients a call.")]
Tenants = Annotated[list[str] | None, typer.Option("--tenant", help="Who may use it; the first gets what nobody owns.")]
Base = Annotated[str | None, typer.Option(help="Public address of the API; the stack's by default.")]


def _sender(sender: Sender) -> str:
    return f"{sender.channel}:{sender.id}" + (f"={sender.tenant}" if sender.tenant else "")


def _short(account: Account) -> Row:
    return {
        "account": account.name,
        "provider": account.provider,
        "tenants": list(account.tenants),
        "senders": [_sender(sender) for sender in account.senders],
        "disabled": account.disabled,
    }


def _row(account: Account) -> Row:
    return {
        **_short(account),
        "settings": dict(account.settings),
        "rate": account.limits.rate,
        "batch": account.limits.batch,
        "webhook_base": account.webhook_base,
        "epochs": list(account.epochs),
    }


def _with_webhooks(herald: Gateway, account: Account) -> Row:
    newest: Mapping[str, str] = admin.webhooks(herald, account.name)[max(account.epochs)]
    return {**_row(account), **{f"webhook {kind}": url for kind, url in newest.items()}}


@app.command()
def add(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    name: str,
    provider: Annotated[str, typer.Argument(help="websms, websms_sms, …")],
    *,
    tenant: Tenants = None,
    sender: Senders = None,
    setting: Settings = None,
    rate: Rate = None,
    batch: Batch = None,
    webhook_base: Base = None,
    credentials: CredentialsFile = None,
    as_json: AsJson = False,
) -> None:
    """Add a provider account and show the webhook addresses to give to the provider."""
    herald = gateway(ctx)
    account = Account(
        name=name,
        provider=provider,
        tenants=tuple(tenant or ()),
        settings=dict(map(parse_setting, setting or ())),
        senders=tuple(map(parse_sender, sender or ())),
        limits=Limits(rate, batch),
        webhook_base=webhook_base,
    )
    secrets = read_credentials(credentials, admin.adapter_of(provider).secret_names)
    show(_with_webhooks(herald, admin.add_account(herald, account, secrets)), as_json=as_json)


@app.command("list")
def list_(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the accounts."""
    show([_short(account) for account in gateway(ctx).registry.accounts()], as_json=as_json)


@app.command("show")
def show_(ctx: typer.Context, name: str, *, as_json: AsJson = False) -> None:
    """Show an account, without its credentials and webhook addresses."""
    show(_row(gateway(ctx).registry.read_account(name).value), as_json=as_json)


@app.command("set")
def set_(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    name: str,
    *,
    tenant: Tenants = None,
    sender: Senders = None,
    setting: Settings = None,
    unset: Annotated[list[str] | None, typer.Option(help="A setting to remove.")] = None,
    rate: Rate = None,
    batch: Batch = None,
    webhook_base: Base = None,
    unlimited: Annotated[bool, typer.Option("--unlimited", help="Remove rate and batch.")] = False,
    disabled: Annotated[bool | None, typer.Option("--disable/--enable", help="Send nothing through it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change an account. Tenants and senders replace those it had, settings are added to them."""
    change = admin.AccountChange(
        tenants=tenant,
        senders=None if sender is None else [parse_sender(one) for one in sender],
        settings=dict(map(parse_setting, setting or ())),
        unset=unset or (),
        rate=rate,
        batch=batch,
        unlimited=unlimited,
        webhook_base=webhook_base,
        disabled=disabled,
    )
    show(_row(admin.change_account(gateway(ctx), name, change)), as_json=as_json)


@app.command()
def secret(ctx: typer.Context, name: str, credentials: CredentialsFile = None, *, as_json: AsJson = False) -> None:
    """Replace the credentials of an account; nothing is lost while they change."""
    herald = gateway(ctx)
    account = herald.registry.read_account(name).value
    admin.set_credentials(herald, name, read_credentials(credentials, admin.adapter_of(account.provider).secret_names))
    done(f"the credentials of {name} are replaced", as_json=as_json, account=name)


@app.command()
def rotate_webhook(
    ctx: typer.Context,
    name: str,
    *,
    finish: Annotated[bool, typer.Option("--finish", help="End the old addresses instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make new webhook addresses; the old ones stay valid until the provider has the new ones."""
    herald = gateway(ctx)
    show(_with_webhooks(herald, admin.rotate_webhook(herald, name, finish=finish)), as_json=as_json)


@app.command()
def webhooks(ctx: typer.Context, name: str, *, as_json: AsJson = False) -> None:
    """Show every valid webhook address. They are secrets."""
    found = admin.webhooks(gateway(ctx), name)
    rows = [{"epoch": epoch, "kind": kind, "url": url} for epoch, urls in found.items() for kind, url in urls.items()]
    show(rows, as_json=as_json)


@app.command()
def remove(ctx: typer.Context, name: str, *, as_json: AsJson = False) -> None:
    """Remove an account and its credentials."""
    admin.remove_account(gateway(ctx), name)
    done(f"account {name} is removed", as_json=as_json, account=name)
