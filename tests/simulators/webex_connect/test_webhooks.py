"""
How webhooks are posted: acknowledgement, retries, signatures, probes.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable

import pytest

from local.simulators.webex_connect.settings import Settings
from tests.simulators.webex_connect.driver import Hook, Simulator

SECRET = "hub-secret"
NOT_RETRIED = [202, 203, 204, 208, 226, 300, 301, 308, 400, 402, 404, 405, 410, 411, 414, 416, 418, 505]
RETRIED = [201, 401, 403, 412, 413, 429, 500, 502, 503, 504]
ONE = "+4366099980006"
"""A message with a single receipt."""


def answers(hook: Hook, *statuses: int) -> None:
    hook.script.extend((status, "text/plain", b"") for status in statuses)


@pytest.mark.parametrize("status", NOT_RETRIED)
def test_not_retried(simulator: Simulator, hook: Hook, status: int) -> None:
    """
    After these answers a receipt is given up at once.
    """
    answers(hook, status)
    simulator.send("sms", ONE)
    simulator.settle()
    (webhook,) = simulator.webhooks()
    assert (webhook["state"], webhook["attempt_count"]) == ("abandoned", 1)


@pytest.mark.parametrize("status", RETRIED)
def test_retried(simulator: Simulator, hook: Hook, status: int) -> None:
    """
    After these it is tried again, and only exactly 200 acknowledges.
    """
    answers(hook, status)
    simulator.send("sms", ONE)
    simulator.settle()
    (webhook,) = simulator.webhooks()
    assert (webhook["state"], webhook["attempt_count"]) == ("acknowledged", 2)
    assert hook.received[0][2] == hook.received[1][2]


def test_three_retries(simulator: Simulator, hook: Hook) -> None:
    """
    Three more attempts, then none; nobody listening is retried too.
    """
    answers(hook, *[500] * 4)
    simulator.send("sms", ONE)
    simulator.send("sms", ONE, notifyurl="http://127.0.0.1:9/")
    simulator.settle()
    assert [(each["state"], each["attempt_count"]) for each in simulator.webhooks()] == [("abandoned", 4)] * 2


def test_documented_schedule() -> None:
    """
    By default the pauses are sixty seconds each, the timeout ten, and there are four attempts.
    """
    settings = Settings()
    assert (settings.retry_seconds, settings.retry_factor, settings.retry_attempts) == (60, 1, 4)
    assert settings.webhook_timeout == 10


@pytest.mark.parametrize("url", ["nowhere", " https://example.com", "https://exa mple.com/", "ftp://example.com"])
def test_bad_url(simulator: Simulator, url: str) -> None:
    """
    A bad notifyurl is taken with a remark, and its receipts are not retried.
    """
    assert simulator.send("sms", ONE, notifyurl=url)[0]["code"] == "1001"
    simulator.settle()
    (webhook,) = simulator.webhooks()
    assert (webhook["state"], webhook["attempt_count"]) == ("abandoned", 1)
    assert simulator.messages()[0]["remarks"] == ["envelope.notifyurl is no URL"]


def test_trace(simulator: Simulator, hook: Hook) -> None:
    """
    Each webhook has an x-wx-gtrid of its own, the same at each attempt.
    """
    answers(hook, 500)
    for _ in range(2):
        simulator.send("sms", ONE)
        simulator.settle()
    first, again, second = (headers["x-wx-gtrid"] for _, headers, _ in hook.received)
    assert first == again
    assert first != second


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("prefix", [True, False])
def test_signature(simulator: Simulator, hook: Hook, algorithm: str, *, prefix: bool) -> None:
    """
    Outbound webhooks are signed over the raw body; the prefix is a setting.
    """
    simulator.change(hub_secret=SECRET, hub_algorithm=algorithm, hub_prefix=prefix)
    simulator.inbound(channel="sms")
    simulator.settle()
    _, headers, body = hook.received[0]
    digest = hmac.new(SECRET.encode(), body, algorithm).hexdigest()
    assert headers["x-hub-signature"] == (f"{algorithm}={digest}" if prefix else digest)


def test_who_is_signed(simulator: Simulator, hook: Hook) -> None:
    """
    Copies and inbound messages are signed; receipts to a notify URL only by setting, and nothing without a secret.
    """
    simulator.control("PUT", "webhook-urls", {"receipts": f"{hook.url}/copy"})

    def signed() -> dict[str, bool]:
        hook.received.clear()
        simulator.send("sms", ONE)
        simulator.inbound()
        simulator.settle()
        return {path: "x-hub-signature" in headers for path, headers, _ in hook.received}

    assert signed() == {"/notify": False, "/copy": False, "/inbound": False}
    simulator.change(hub_secret=SECRET)
    assert signed() == {"/notify": False, "/copy": True, "/inbound": True}
    simulator.change(sign_notify=True)
    assert signed() == {"/notify": True, "/copy": True, "/inbound": True}


def test_raw(simulator: Simulator, hook: Hook) -> None:
    """
    A made-up webhook is signed, or not, or as the order says; white space around it does not count.
    """
    simulator.change(hub_secret=SECRET)
    body = ' {"a": 1}\n'
    orders: list[dict[str, object]] = [{}, {"sign": False}, {"headers": {"x-hub-signature": "sha256=00"}}]
    for order in orders:
        told = simulator.control("POST", "webhooks", {"target": "inbound", "body": body} | order)
        assert told["http_status"] == 200
    sent = [headers.get("x-hub-signature") for _, headers, _ in hook.received]
    digest = hmac.new(SECRET.encode(), body.strip().encode(), hashlib.sha256).hexdigest()
    assert sent == [f"sha256={digest}", None, "sha256=00"]
    assert {raw for _, _, raw in hook.received} == {body.encode()}


def test_authorization(simulator: Simulator, hook: Hook) -> None:
    """
    notifyurlAuthId adds the headers of an authorization; an unknown one adds none.
    """
    for identifier in ("TNPSIM0001", "TNPUNKNOWN"):
        simulator.send("sms", ONE, notifyurlAuthId=identifier)
        simulator.settle()
    known, unknown = (headers for _, headers, _ in hook.received)
    assert known["Authorization"] == "Basic " + base64.b64encode(b"sim:notify").decode()
    assert "Authorization" not in unknown


def test_https_only(simulator: Simulator, hook: Hook) -> None:
    """
    By setting http goes nowhere, as with the real one.
    """
    simulator.change(https_only=True)
    simulator.send("sms", ONE)
    simulator.settle()
    assert [webhook["state"] for webhook in simulator.webhooks()] == ["nowhere"]
    assert hook.received == []


def test_probe(simulator: Simulator, hook: Hook) -> None:
    """
    By setting a webhook's URL must answer HEAD with 200 to be saved.
    """
    simulator.change(webhook_probe=True)
    simulator.control("PUT", "webhook-urls", {"inbound": f"{hook.url}/new"})
    assert hook.probed == ["/new"]
    hook.probe_status = 405
    refused = simulator.http.put("/_control/webhook-urls", json={"channels": {"sms": f"{hook.url}/sms"}})
    assert refused.status_code == 422
    assert simulator.control("GET", "webhook-urls")["channels"] == {}


def test_channel_urls(simulator: Simulator, hook: Hook) -> None:
    """
    What users write can have a URL for each channel.
    """
    simulator.control("PUT", "webhook-urls", {"channels": {"sms": f"{hook.url}/sms"}})
    simulator.inbound(channel="sms")
    simulator.inbound(channel="whatsapp")
    simulator.settle()
    assert sorted(path for path, _, _ in hook.received) == ["/inbound", "/sms"]


def test_nowhere(start: Callable[..., Simulator]) -> None:
    """
    Without any URL receipts are recorded and go nowhere.
    """
    simulator = start()
    simulator.send("sms", ONE)
    simulator.settle()
    assert [webhook["state"] for webhook in simulator.webhooks()] == ["nowhere"]
