"""
`herald accounts` and `herald routes`: what is sent through, and by whom.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.gateway import Gateway
from herald.models import Channel
from herald.webhook_address import verify
from tests.cli.conftest import SIGNING_KEY

type Run = Callable[..., Any]
type Say = Callable[..., str]

CREDENTIALS = {"client_id": "id-1", "client_secret": "s3cret"}
STDIN = json.dumps(CREDENTIALS)
ADD = ("accounts", "add", "main", "websms", "--tenant", "acme", "--credentials", "-")


@pytest.fixture(autouse=True)
def tenant(run: Run) -> None:
    """Tenant acme is there."""
    run("tenants", "add", "acme")


def secret(gateway: Gateway, account: str = "main") -> Any:
    """The credentials of an account in Secrets Manager."""
    return json.loads(gateway.secrets.get_secret_value(SecretId=f"herald/accounts/{account}")["SecretString"])


def epoch(address: str) -> tuple[str, int]:
    """Account and epoch that a webhook address was signed for."""
    return verify(address.split("/")[-2], SIGNING_KEY.encode())


def test_adding(gateway: Gateway, run: Run) -> None:
    """An account is there with all that was said, its credentials lie apart, and its addresses are signed."""
    more = ("--sender", "whatsapp:app-1", "--sender", "rcs:app=2=acme", "--rate", "20", "--batch", "5")
    settings = ("--setting", "base_url=http://localhost:9", "--setting", 'verdicts={"1":"x"}')
    added = run(*ADD, *more, *settings, stdin=STDIN)
    account = gateway.registry.account("main")
    assert account is not None
    assert account.settings == {"base_url": "http://localhost:9", "verdicts": {"1": "x"}}
    assert [(one.channel, one.id, one.tenant) for one in account.senders] == [
        (Channel.WHATSAPP, "app-1", None),
        (Channel.RCS, "app=2", "acme"),
    ]
    assert (account.limits.rate, account.limits.batch) == (20, 5)
    assert account.webhook_base == "https://api.example"
    assert secret(gateway) == CREDENTIALS
    assert "s3cret" not in json.dumps(added)
    assert epoch(added["webhook inbound"]) == ("main", 1)
    assert added["webhook status"].startswith("https://api.example/v1/webhooks/main.1.")
    assert added["webhook status"].endswith("/status")


def test_adding_again(gateway: Gateway, run: Run, fail: Say) -> None:
    """The same account again only renews the credentials; another one of the name is refused and changes nothing."""
    run(*ADD, stdin=STDIN)
    run("accounts", "rotate-webhook", "main")
    again = run(*ADD, stdin=json.dumps({**CREDENTIALS, "client_secret": "new"}))
    assert again["epochs"] == [1, 2]
    assert secret(gateway)["client_secret"] == "new"
    assert "already" in fail(*ADD, "--rate", "3", stdin=STDIN)
    assert secret(gateway)["client_secret"] == "new"


def test_credentials_from_a_file(gateway: Gateway, run: Run, tmp_path: Path) -> None:
    """Credentials are read from a file."""
    file = tmp_path / "credentials.json"
    file.write_text(STDIN)
    run(*ADD[:-1], str(file))
    assert secret(gateway) == CREDENTIALS


def test_credentials_are_asked_for(gateway: Gateway, say: Say) -> None:
    """Without a file they are asked for one by one, and not shown; what is left empty is left out."""
    shown = say(*ADD[:-2], stdin="id-1\ns3cret\n")
    assert secret(gateway) == CREDENTIALS
    assert "s3cret" not in shown
    say("accounts", "secret", "main", stdin="id-2\n\n")
    assert secret(gateway) == {"client_id": "id-2"}


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        ("", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "object of texts"),
        ('{"client_id": 1}', "object of texts"),
        ("{}", "needs credentials"),
        ('{"clientid": "s3cret"}', "knows no secret clientid"),
    ],
)
def test_bad_credentials(gateway: Gateway, fail: Say, stdin: str, said: str) -> None:
    """Credentials that the provider could not use are refused, and nothing is written."""
    complaint = fail(*ADD, stdin=stdin)
    assert said in complaint
    assert "s3cret" not in complaint
    assert gateway.registry.accounts() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("main", "fax", "--tenant", "acme"), "there is no provider 'fax'"),
        (("main", "../x", "--tenant", "acme"), "there is no provider"),
        (("Main", "websms", "--tenant", "acme"), "name must match"),
        (("main", "websms"), "tenants must have at least 1 item"),
        (("main", "websms", "--tenant", "nobody"), "there is no tenant nobody"),
        (("main", "websms", "--tenant", "acme", "--sender", "sms:1"), "websms has no sms"),
        (("main", "websms", "--tenant", "acme", "--sender", "fax:1"), "a sender is written"),
        (("main", "websms", "--tenant", "acme", "--sender", "rcs"), "a sender is written"),
        (("main", "websms", "--tenant", "acme", "--sender", "rcs:=acme"), "a sender is written"),
        (("main", "websms", "--tenant", "acme", "--sender", "rcs:1=other"), "does not belong to"),
        (("main", "websms", "--tenant", "acme", "--setting", "x"), "a setting is written"),
        (("main", "websms", "--tenant", "acme", "--setting", "x={"), "setting x is not valid JSON"),
        (("main", "websms", "--tenant", "acme", "--setting", "X=1"), "settings.X"),
        (("main", "websms", "--tenant", "acme", "--rate", "0"), "limits.rate must be greater than 0"),
        (("main", "websms", "--tenant", "acme", "--rate", "nan"), "limits.rate must be"),
        (("main", "websms", "--tenant", "acme", "--batch", "1001"), "limits.batch must be less than"),
        (("main", "websms", "--tenant", "acme", "--webhook-base", "ftp://x"), "webhook_base must be an absolute"),
    ],
)
def test_bad_accounts(gateway: Gateway, fail: Say, words: tuple[str, ...], said: str) -> None:
    """What cannot be an account is refused in a sentence, and nothing is written."""
    assert said in fail("accounts", "add", *words, "--credentials", "-", stdin=STDIN)
    assert gateway.registry.accounts() == []


def test_no_such_file(fail: Say, tmp_path: Path) -> None:
    """A file that is not there is said so."""
    assert "cannot be read" in fail(*ADD[:-1], str(tmp_path / "nothing.json"))


def test_changing(run: Run) -> None:
    """Only what is named changes; settings add up, senders are replaced."""
    run(*ADD, "--sender", "whatsapp:a", "--setting", "x=1", "--setting", "y=2", "--rate", "5", stdin=STDIN)
    before = run("accounts", "show", "main")
    assert run("accounts", "set", "main") == before
    changed = run("accounts", "set", "main", "--setting", "z=3", "--unset", "x", "--batch", "7", "--disable")
    assert changed == {**before, "settings": {"y": "2", "z": "3"}, "batch": 7, "disabled": True}
    changed = run("accounts", "set", "main", "--sender", "rcs:b", "--unlimited", "--enable", "--tenant", "acme")
    assert changed["senders"] == ["rcs:b"]
    assert (changed["rate"], changed["batch"], changed["disabled"]) == (None, None, False)
    assert run("accounts", "show", "main") == changed
    moved = run("accounts", "set", "main", "--webhook-base", "https://other.example/")
    assert moved["webhook_base"] == "https://other.example"


def test_changing_to_something_wrong(run: Run, fail: Say) -> None:
    """A change is checked like a new account."""
    run(*ADD, stdin=STDIN)
    assert "websms has no voice" in fail("accounts", "set", "main", "--sender", "voice:1")
    assert "limits.rate" in fail("accounts", "set", "main", "--rate", "-1")


def test_webhook_rotation(run: Run) -> None:
    """Two epochs are valid while the provider changes over; then only the new one."""
    first = run(*ADD, stdin=STDIN)
    second = run("accounts", "rotate-webhook", "main")
    assert second["epochs"] == [1, 2]
    assert epoch(second["webhook status"]) == ("main", 2)
    listed = run("accounts", "webhooks", "main")
    assert [(row["epoch"], row["kind"]) for row in listed] == [
        (1, "inbound"),
        (1, "status"),
        (2, "inbound"),
        (2, "status"),
    ]
    assert listed[1]["url"] == first["webhook status"]
    assert run("accounts", "rotate-webhook", "main")["epochs"] == [2, 3]
    assert run("accounts", "rotate-webhook", "main", "--finish")["epochs"] == [3]
    assert run("accounts", "rotate-webhook", "main", "--finish")["epochs"] == [3]


def test_replacing_credentials(gateway: Gateway, run: Run, fail: Say) -> None:
    """Credentials are replaced as a whole, for accounts that exist."""
    run(*ADD, stdin=STDIN)
    new = {"client_id": "b", "client_secret": "c"}
    assert run("accounts", "secret", "main", "--credentials", "-", stdin=json.dumps(new)) == {"account": "main"}
    assert secret(gateway) == new
    assert "there is no account other" in fail("accounts", "secret", "other", "--credentials", "-", stdin=STDIN)


def test_removing(gateway: Gateway, run: Run) -> None:
    """A removed account has no credentials, and its name may be used again within the week that AWS keeps them."""
    run(*ADD, stdin=STDIN)
    assert run("accounts", "remove", "main") == {"account": "main"}
    assert run("accounts", "list") == []
    run("accounts", "remove", "main")
    run("accounts", "remove", "never-there")
    run(*ADD, stdin=json.dumps({"client_id": "again"}))
    assert secret(gateway) == {"client_id": "again"}


def test_what_is_in_use_stays(run: Run, fail: Say) -> None:
    """An account that a route leads to and a tenant that has accounts are not removed."""
    run(*ADD, stdin=STDIN)
    run("routes", "set", "acme", "rcs", "main")
    assert "route rcs of tenant acme" in fail("accounts", "remove", "main")
    run("accounts", "add", "spare", *ADD[3:], stdin=STDIN)
    run("accounts", "remove", "spare")
    assert "still has accounts: main" in fail("tenants", "remove", "acme")
    assert run("accounts", "show", "main")["account"] == "main"


def test_routes(gateway: Gateway, run: Run) -> None:
    """A route keeps its order and is what workers read."""
    run(*ADD, stdin=STDIN)
    run("accounts", "add", "spare", *ADD[3:], stdin=STDIN)
    wanted = {"tenant": "acme", "channel": "whatsapp", "accounts": ["spare", "main"]}
    assert run("routes", "set", "acme", "whatsapp", "spare", "main", "spare") == wanted
    assert run("routes", "set", "acme", "whatsapp", "spare", "main") == wanted
    assert gateway.registry.route("acme", Channel.WHATSAPP) == ("spare", "main")
    assert run("routes", "list") == run("routes", "list", "acme") == [wanted]
    assert run("routes", "remove", "acme", "whatsapp") == {"tenant": "acme", "channel": "whatsapp"}
    assert run("routes", "list") == []


def test_bad_routes(run: Run, fail: Say) -> None:
    """A route leads to accounts that exist, belong to the tenant and have the channel."""
    run("tenants", "add", "beta")
    run(*ADD, stdin=STDIN)
    assert "there is no account other" in fail("routes", "set", "acme", "rcs", "other")
    assert "does not belong to tenant beta" in fail("routes", "set", "beta", "rcs", "main")
    assert "account main has no sms" in fail("routes", "set", "acme", "sms", "main")
    assert "there is no tenant nobody" in fail("routes", "set", "nobody", "rcs", "main")
    assert "there is no tenant nobody" in fail("routes", "list", "nobody")


def test_for_people(say: Say) -> None:
    """Without --json addresses stand on one line each, so that they can be copied."""
    shown = say(*ADD, "--sender", "rcs:agent-1", stdin=STDIN)
    assert any(line.startswith("webhook status") and line.endswith("/status") for line in shown.splitlines())
    assert "rcs:agent-1" in say("accounts", "list")
    say("accounts", "set", "main", "--setting", 'x={"a":1}')
    shown = say("accounts", "show", "main")
    assert 'settings      {"x": {"a": 1}}' in shown
    assert all("/status" not in line for line in shown.splitlines())
    assert say("accounts", "remove", "main") == "account main is removed\n"
