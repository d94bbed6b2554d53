"""
`make run`: Herald on this machine, shown at work, then yours to play with until Ctrl-C.

    python -m local.run [--once] [--port 4566] [--simulators-port 8701]

With `--once`, or where CI is set, it ends after the tour. Exit codes: 0 all went as it has to, 1 something did not (in
one sentence), 130 stopped before the tour had ended.
"""

import argparse
import json
import os
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx

from local.aws import LocalAws, LocalAwsError, PortInUse, Stack, deployer_environment
from local.chapters import RECIPIENT
from local.client import Client, Refused
from local.console import Screen
from local.events import tapped
from local.furnishing import TENANT, furnish
from local.providers import Simulators
from local.receiver import Receiver
from local.tour import Astray, Tour

PORT = 4566
SIMULATORS_PORT = 8701
"""Of the first simulator; the others have the next three."""

_PARAMETERS = {"LocalHosts": "127.0.0.1,localhost", "Pace": "brisk"}
_STOPPED = 130


@dataclass(frozen=True, slots=True)
class Place:
    """All that runs: the deployed bundle, the simulators, the key of the one customer, and the customer's server."""

    stack: Stack
    simulators: Simulators
    key: str
    receiver: Receiver


@contextmanager
def opened(screen: Screen, port: int | None, simulators_port: int | None) -> Iterator[Place]:
    """Everything started, deployed and set up; nothing of it is left when the block ends."""
    with ExitStack() as running:
        with screen.working("starting the local AWS"):
            aws = running.enter_context(LocalAws(port))
        with screen.working("starting the simulators of the providers"):
            simulators = running.enter_context(Simulators.running(simulators_port))
        with screen.working("building and deploying the bundle") as say:
            stack = aws.deploy(_PARAMETERS, say=say)
        with screen.working("creating a tenant, a key, accounts and routes"):
            furnished = furnish(stack, simulators)
        yield Place(stack, simulators, furnished.key, running.enter_context(Receiver()))
        screen.note("stopping")


def curl(place: Place) -> str:
    """A line that sends a message when it is pasted into a shell."""
    body = {"channel": "sms", "to": RECIPIENT, "content": {"type": "text", "text": "Hello from my own shell"}}
    headers = (f"Authorization: Bearer {place.key}", "Content-Type: application/json")
    options = " ".join(f"-H {shlex.quote(header)}" for header in headers)
    return f"curl -sS {options} -d {shlex.quote(json.dumps(body))} {place.stack.api_url}/v1/messages"


def operate(place: Place) -> str:
    """A line that sets up this deployment by the command `herald`."""
    environment = deployer_environment(place.stack.endpoint)
    told = ("AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    return " ".join(
        [*(f"{name}={environment[name]}" for name in told), f"./herald --stack {place.stack.name} tenants list"]
    )


def show(screen: Screen, place: Place) -> None:
    """What a person needs to go on alone."""
    screen.title("It is yours")
    screen.facts(
        {
            "API": place.stack.api_url,
            "key": place.key,
            "tenant": TENANT,
            "is called back": place.receiver.url,
            **{f"what {name} saw": url for name, url in place.simulators.urls.items()},
            "the local AWS": place.stack.endpoint,
        }
    )
    screen.plain()
    screen.plain(curl(place))
    screen.plain()
    screen.plain(operate(place))
    screen.plain()


def watch(screen: Screen, place: Place) -> None:
    """Tell what Herald publishes, until Ctrl-C."""
    with tapped(place.stack) as tap:
        screen.note("Whatever happens from here on is told below. Ctrl-C stops everything.")
        screen.plain()
        while True:
            for event in tap.listen(5):
                screen.event(event)


def run(screen: Screen, *, once: bool, port: int | None, simulators_port: int | None) -> int:
    """The exit code."""
    screen.title("Herald on this machine")
    toured = False
    try:
        with opened(screen, port, simulators_port) as place:
            with Client(place.stack.api_url, place.key) as client:
                Tour(screen, client, place.simulators, place.receiver).walk()
            toured = True
            show(screen, place)
            if not once:
                watch(screen, place)
    except KeyboardInterrupt:
        return 0 if toured else _STOPPED
    except PortInUse as error:
        screen.trouble(f"{error}: make run ARGS='--port 4600 --simulators-port 8800'")
        return 1
    except (LocalAwsError, Astray, Refused, TimeoutError, httpx.HTTPError) as error:
        screen.trouble(f"{error}")
        return 1
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="make run", description="Herald on this machine, shown at work.")
    parser.add_argument("--once", action="store_true", default=bool(os.environ.get("CI")), help="end after the tour")
    parser.add_argument("--port", type=int, default=PORT, help=f"of the local AWS; 0 for any free one ({PORT})")
    parser.add_argument(
        "--simulators-port", type=int, default=SIMULATORS_PORT, help=f"the first of four in a row ({SIMULATORS_PORT})"
    )
    given = parser.parse_args(arguments)
    # A shell that starts us in the background has us ignore Ctrl-C; there is no other way to stop us in order.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return run(Screen(), once=given.once, port=given.port or None, simulators_port=given.simulators_port or None)


if __name__ == "__main__":
    sys.exit(main())
