"""
What the commands take in common: the deployment, `--json`, and credentials that never stand in a command line.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import boto3
import typer

from cli.gateway import Gateway, Refused

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CredentialsFile = Annotated[
    str | None,
    typer.Option("--credentials", metavar="FILE", help="JSON object of the credentials; - reads stdin. Default: asks."),
]


@dataclass(frozen=True, slots=True)
class Connection:
    """How to find the deployment, which is looked for only when a command needs it."""

    stack: str
    region: str | None
    profile: str | None


def gateway(ctx: typer.Context) -> Gateway:
    """The deployment that the command works on; tests and tours hand one over as the context's object."""
    given = ctx.find_root().obj
    if isinstance(given, Connection):
        return Gateway.connect(given.stack, boto3.Session(region_name=given.region, profile_name=given.profile))
    opened: Gateway = given
    return opened


def read_credentials(file: str | None, names: Sequence[str]) -> dict[str, str]:
    """Credentials by name, from a file, from stdin (`-`) or asked for one by one. Raises Refused."""
    if file is None:
        asked = {name: typer.prompt(name, hide_input=True, default="", show_default=False) for name in names}
        return {name: value for name, value in asked.items() if value}
    try:
        given = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"{file} cannot be read") from error
    except (ValueError, RecursionError) as error:
        raise Refused("the credentials are not valid JSON") from error
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise Refused("the credentials must be a JSON object of texts", hint=f"its names: {', '.join(names)}")
    return given
