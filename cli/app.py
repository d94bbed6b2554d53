"""
The command `herald` and what its groups share: the deployment it works on, and how refusals end.

Exit codes: 0 done, 1 AWS or a provider failed or refuses for now, 2 what was asked for cannot be.
"""

from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from typer.core import TyperGroup

from cli import accounts, dead_letters, endpoints, erasing, keys, provider, quarantine, routes, tenants
from cli.arguments import Connection
from herald.errors import HeraldError, NotSent, OutcomeUnknown, ProviderError, Unavailable

_FOR_NOW = (Unavailable, NotSent, OutcomeUnknown)
"""What may go well when it is done again."""


class _Group(TyperGroup):
    """Ends refusals and failures as one clear sentence."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except HeraldError as error:
            place = f"{error.field}: " if error.field and error.field not in error.detail else ""
            _complain(f"{place}{error.detail}{_code(error)}", error.hint)
            raise typer.Exit(1 if isinstance(error, _FOR_NOW) else 2) from error
        except (BotoCoreError, ClientError) as error:
            _complain(f"AWS: {error}", None)
            raise typer.Exit(1) from error


def _code(error: HeraldError) -> str:
    """The provider's own word, where there is one that was not said already."""
    code = error.provider_code if isinstance(error, ProviderError) else None
    return f" (code {code})" if code and code not in error.detail else ""


def _complain(sentence: str, hint: str | None) -> None:
    typer.echo(f"herald: {sentence}", err=True)
    if hint:
        typer.echo(f"        {hint}", err=True)


app = typer.Typer(cls=_Group, name="herald", no_args_is_help=True, add_completion=False)
app.add_typer(tenants.app, name="tenants")
app.add_typer(keys.app, name="keys")
app.add_typer(accounts.app, name="accounts")
app.add_typer(routes.app, name="routes")
app.add_typer(endpoints.app, name="endpoints")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(provider.app, name="provider")
app.command()(erasing.erase)


@app.callback()
def connect(
    ctx: typer.Context,
    stack: Annotated[str, typer.Option(envvar="HERALD_STACK", help="The deployed stack.")] = "herald",
    region: Annotated[str | None, typer.Option(help="The AWS region; otherwise that of the environment.")] = None,
    profile: Annotated[str | None, typer.Option(help="The AWS profile; otherwise that of the environment.")] = None,
) -> None:
    """Set up a deployed Herald: tenants, keys, provider accounts, routes. Needs AWS credentials, no deploy."""
    if ctx.obj is None:
        ctx.obj = Connection(stack, region, profile)


def main() -> None:
    """The console script."""
    app(prog_name="herald")
