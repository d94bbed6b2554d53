"""
`herald erase`, and what a tenant keeps: what is asked for stands in the table, for the clock to do.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.gateway import Gateway
from herald.aws.due import Due
from herald.retention import Retention

pytestmark = pytest.mark.feature("F31")

type Run = Callable[..., Any]
type Say = Callable[..., str]


def test_somebody_is_to_be_erased(gateway: Gateway, run: Run) -> None:
    """The order has the addresses as the API would have them, and begins at nothing."""
    run("tenants", "add", "acme")
    told = run("erase", "acme", "+436641234567", "email:anna@example.com")
    assert (told["status"], told["finished"], told["messages"]) == ("pending", None, 0)
    erasure = gateway.erasures.read("acme", told["erasure"])
    assert erasure.addresses == ("+436641234567", "email:anna@example.com")


def test_somebody_in_a_sandbox(gateway: Gateway, run: Run) -> None:
    """What test keys have made is erased by the name of the tenant's sandbox."""
    run("tenants", "add", "acme")
    told = run("erase", "acme~test", "+436641234567")
    assert gateway.erasures.read("acme~test", told["erasure"]).tenant == "acme~test"


def test_who_waits_is_told_the_end(gateway: Gateway, run: Run) -> None:
    """With --wait the command looks again until the clock has done it."""
    run("tenants", "add", "acme")

    def clock(_seconds: float) -> None:
        (row,) = gateway.registry._under("T#acme", "erase#")  # noqa: SLF001 - what the clock finds by its index
        taken = gateway.erasures.take(Due(row["pk"], row["sk"], 0, "erase", row["ls"]), gateway.clock() + 1)
        assert taken
        gateway.erasures.finish(taken.counting(messages=2), gateway.clock())

    waiting = replace(gateway, sleep=clock)
    result = CliRunner().invoke(app, ["erase", "acme", "+436641234567", "--wait"], obj=waiting)
    assert result.exit_code == 0, result.output
    assert "done" in result.stdout
    assert "+43664" not in result.stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("acme", "0664"), "no address"),
        (("acme", *["+436641234567"] * 11), "1 to 10"),
        (("nobody", "+436641234567"), "no tenant"),
    ],
)
def test_what_is_refused(gateway: Gateway, run: Run, fail: Say, words: tuple[str, ...], complaint: str) -> None:
    """What is no address, too many of them, and strangers: refused, and nothing is begun."""
    run("tenants", "add", "acme")
    assert complaint in fail("erase", *words)
    assert gateway.registry._under("T#acme", "erase#") == []  # noqa: SLF001 - see above


def test_what_a_tenant_keeps(gateway: Gateway, run: Run) -> None:
    """It can be said when a tenant is added, and changed; what is not named stays."""
    assert run("tenants", "add", "acme", "--title", "Acme", "--content", "redact")["content"] == "redact"
    changed = run("tenants", "set", "acme", "--content", "discard")
    assert (changed["title"], changed["content"]) == ("Acme", "discard")
    assert run("tenants", "set", "acme", "--title", "New")["content"] == "discard"
    assert gateway.registry.content("acme") is Retention.DISCARD
    assert gateway.registry.content("nobody") is Retention.KEEP
    assert run("tenants", "set", "acme", "--content", "keep")["content"] == "keep"
