"""
A simulator as a program: `[--host H] --port P [--tls CERT KEY] [--set name=value …]`.
"""

import argparse
import json
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from local.simulators.kit.settings import Settings


def _setting(text: str) -> tuple[str, Any]:
    """`name=value`, the value as JSON or, failing that, as text."""
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def run[S: Settings](name: str, settings: type[S], create_app: Callable[[S], ASGIApp]) -> None:
    """Serve by uvicorn until interrupted; `name` is that of the package under `local.simulators`."""
    parser = argparse.ArgumentParser(prog=f"local.simulators.{name}", description=f"{name}, played locally.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--tls", nargs=2, metavar=("CERT", "KEY"), default=(None, None), help="PEM files; HTTPS only then"
    )
    parser.add_argument(
        "--set", action="append", type=_setting, default=[], metavar="NAME=VALUE", help="see settings.py"
    )
    arguments = parser.parse_args()
    certificate, key = arguments.tls
    uvicorn.run(
        create_app(settings.model_validate(dict(arguments.set))),
        host=arguments.host,
        port=arguments.port,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
