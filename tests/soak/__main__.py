"""
`make soak`: load with faults, quiet, balance. Exit code 1 when anything was lost, doubled or left behind.
"""

import argparse
import random
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from local.aws import LocalAws, Stack
from local.client import until
from local.furnishing import furnish
from local.providers import Simulators, WebsmsControl
from tests.soak.backlog import Backlog
from tests.soak.balance import Balance, draw_up, is_quiet
from tests.soak.killer import Killer
from tests.soak.lag import Lag, spread
from tests.soak.load import Accepted, Place, Sender

# Leases, graces and watchdogs so short that their ends come many times in a run.
PARAMETERS = {
    "Pace": "brisk",
    "WatchdogSeconds": "30",
    "GraceSeconds": "20",
    "LocalHosts": "127.0.0.1,localhost",
    "LogLevel": "WARNING",
}
PROVIDER = {"keep": "2000000", "webhook_concurrency": "8"}
"""All that it was ever asked is remembered; as many reports at a time as a busy provider posts."""

LEISURE = 0.2
"""Seconds between two requests while it is measured how long an event and an acknowledgement take."""

QUIET_SECONDS = 900
"""Within which everything has to have come to an end once nobody sends any more: a few leases, graces and minutes."""


@dataclass(frozen=True, slots=True)
class Run:
    """How long (seconds), with how many senders, how often a worker dies (seconds between), and the dice's seed."""

    seconds: float
    senders: int
    kill_every: float
    seed: int


def say(text: str) -> None:
    """A line at the terminal, at once."""
    print(text, flush=True)  # noqa: T201 - a command


def soak(run: Run) -> bool:
    """Whether all went as it has to."""
    with ExitStack() as running:
        say(f"seed {run.seed}: starting the local AWS and the simulators, deploying")
        aws = running.enter_context(LocalAws())
        simulators = running.enter_context(Simulators.running(None, PROVIDER))
        stack = aws.deploy(PARAMETERS)
        key = furnish(stack, simulators).key
        provider = simulators.websms.control
        place, accepted = Place(stack, key, provider), Accepted()
        _at_leisure(run, place, accepted)
        over = threading.Event()
        killer = Killer(aws, over, run.kill_every, run.seed)
        backlog = Backlog(stack, provider, over)
        senders = [
            Sender(number, place=place, accepted=accepted, over=over, seed=run.seed)
            for number in range(1, run.senders + 1)
        ]
        for sender in senders:
            sender.flowing = backlog.flowing
        backlog.start()
        took = _load(run, killer, senders, accepted)
        say(
            f"{accepted.messages} messages accepted in {took:.0f} s, at most {backlog.most} records and reports waiting"
        )
        say("no more is sent; waiting until everything is quiet")
        started = time.monotonic()
        still = _becomes_quiet(stack, provider)
        balance = draw_up(stack, provider, accepted.recipients)
        _tell(balance, accepted, killer.killed, time.monotonic() - started)
        return still and not balance.mistakes


def _at_leisure(run: Run, place: Place, accepted: Accepted) -> None:
    """How long Herald takes while no worker dies and nothing has to queue: a message now and then, for a minute."""
    over = threading.Event()
    lag = Lag(place.stack, over)
    sender = Sender(0, place=place, accepted=accepted, over=over, seed=run.seed)
    sender.pause = LEISURE
    threads = (lag, sender)
    for thread in threads:
        thread.start()
    over.wait(60)
    over.set()
    for thread in threads:
        thread.join()
    if sender.failure:
        raise sender.failure
    acknowledged = [
        attempt.seconds * 1000
        for webhook in place.provider.webhooks()
        for attempt in webhook.attempts
        if attempt.acknowledged
    ]
    say(f"G8   from a webhook to its acknowledgement, ms: {spread(acknowledged)}")
    say(f"G16  from a change to its event, ms: {spread(lag.lags)}")


def _load(run: Run, killer: Killer, senders: Sequence[Sender], accepted: Accepted) -> float:
    """Send for as long as was asked for; the seconds it took."""
    started = time.monotonic()
    for thread in (killer, *senders):
        thread.start()
    while time.monotonic() - started < run.seconds and not killer.over.wait(min(30, run.seconds)):
        say(f"  {time.monotonic() - started:5.0f} s: {accepted.messages} accepted, {killer.killed} workers killed")
    killer.over.set()
    for thread in (killer, *senders):
        thread.join()
    for sender in senders:
        if sender.failure:
            raise sender.failure
    return time.monotonic() - started


def _becomes_quiet(stack: Stack, provider: WebsmsControl) -> bool:
    """Whether the provider has reported all, and nothing is under way any more."""
    try:
        counts = provider.wait(QUIET_SECONDS, idle=True)
        say(f"the provider reported {counts.webhooks} times, {counts.acknowledged} of them heard")
        until(lambda: is_quiet(stack), QUIET_SECONDS)
    except TimeoutError:
        return False
    return True


def _tell(balance: Balance, accepted: Accepted, killed: int, waited: float) -> None:
    """The balance sheet."""
    say(f"quiet after {waited:.0f} s. Faults: {dict(sorted(accepted.faults.items()))}, workers killed: {killed},")
    say(f"requests repeated because nobody answered: {accepted.refused}")
    ends = " + ".join(f"{count} {end}" for end, count in balance.ends.most_common())
    say(f"G3   accepted {balance.messages} = {ends}")
    say(f"G3   lost {len(balance.lost)}, taken twice by the provider {len(balance.twice)} (all at_most_once)")
    say(f"G3   unknown though received {balance.unknown_received}, dead letters {balance.dead or 0}")
    say(f"G5   calls to the provider {balance.calls}")
    for mistake in balance.mistakes:
        say(f"WRONG: {mistake}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="make soak", description="A long run with faults, and its balance sheet.")
    parser.add_argument("--minutes", type=float, default=30, help="how long to send (30)")
    parser.add_argument("--senders", type=int, default=4, help="programs that send at the same time (4)")
    parser.add_argument("--kill-every", type=float, default=15, help="seconds between two dying workers (15)")
    parser.add_argument("--seed", type=int, default=None, help="of all dice; printed, so that a run can be repeated")
    given = parser.parse_args(arguments)
    seed = random.randrange(10**6) if given.seed is None else given.seed  # noqa: S311 - dice
    well = soak(Run(given.minutes * 60, given.senders, given.kill_every, seed))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
