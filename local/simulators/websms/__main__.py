"""
`python -m local.simulators.websms --port 8701 [--tls CERT KEY] [--set token_seconds=5 --set read=false]`.
"""

import argparse
import json
from typing import Any

import uvicorn

from local.simulators.websms.app import create_app
from local.simulators.websms.settings import Settings


def _setting(text: str) -> tuple[str, Any]:
    """`name=value`, the value as JSON or, failing that, as text."""
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def main() -> None:
    parser = argparse.ArgumentParser(prog="local.simulators.websms", description="websms, played locally.")
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
        create_app(Settings.model_validate(dict(arguments.set))),
        host=arguments.host,
        port=arguments.port,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        access_log=False,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
