"""
The MAC scheme: who is let in, and who is not.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest

from local.simulators.smsglobal.mac import Gate, NotAuthentic, Signed
from tests.simulators.smsglobal.driver import OUTGOING, Signer, Simulator

VECTOR = (
    'MAC id="test", ts="1375000000", nonce="random-nonce", mac="xHRg9NU2FyDXb6X/iWGfseHslX7ES3IKPSwFV5QLguQ="',
    Signed("GET", "/v1/sms/"),
)


def check(gate: Gate, header: str = VECTOR[0], signed: Signed = VECTOR[1], **changes: Any) -> str:
    """
    The vector's request, changed as told.
    """
    given = {"keys": {"test": "abcd"}, "addresses": [("api.smsglobal.com", 443)], "now": 1375000000, "tolerance": 300}
    return gate.check(header, signed, **given | changes)  # type: ignore[arg-type]


def test_official_vector() -> None:
    """
    The published test vector of SMSGlobal's own client is authentic, to the byte.
    """
    assert check(Gate()) == "test"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("xHRg", "xHRh"),
        ("QLguQ=", "QLguQ"),
        ("1375000000", "1375000001"),
        ("random-nonce", "Random-nonce"),
    ],
)
def test_altered_header(old: str, new: str) -> None:
    """
    One byte altered in the mac or in what the header carries of the signed text, and it is not.
    """
    with pytest.raises(NotAuthentic, match="wrong mac"):
        check(Gate(), VECTOR[0].replace(old, new))


@pytest.mark.parametrize(
    "changes",
    [
        {"signed": Signed("POST", "/v1/sms/")},
        {"signed": Signed("get", "/v1/sms/")},
        {"signed": Signed("GET", "/v1/sms")},
        {"signed": Signed("GET", "/v1/sms/?limit=1")},
        {"addresses": [("api.smsglobal.com", 80), ("localhost", 443)]},
        {"keys": {"test": "abce"}},
    ],
)
def test_altered_request(changes: dict[str, Any]) -> None:
    """
    Another method, path, query, host, port or secret, and it is not.
    """
    with pytest.raises(NotAuthentic, match="wrong mac"):
        check(Gate(), **changes)


def test_one_of_the_addresses_is_enough() -> None:
    """
    Any of the candidate hosts and ports may have been signed.
    """
    assert check(Gate(), addresses=[("localhost", 8702), ("api.smsglobal.com", 443)]) == "test"


@pytest.mark.parametrize("now", [1375000300, 1374999700])
def test_clock_within_tolerance(now: float) -> None:
    """
    A clock that is off by the tolerance, either way, is good enough.
    """
    assert check(Gate(), now=now) == "test"


@pytest.mark.parametrize("now", [1375000301, 1374999699])
def test_clock_beyond_tolerance(now: float) -> None:
    """
    A second more is not.
    """
    with pytest.raises(NotAuthentic, match="too far"):
        check(Gate(), now=now)


def test_nonce_once() -> None:
    """
    A request is let through once; one that failed for another reason did not use its nonce up.
    """
    gate = Gate()
    with pytest.raises(NotAuthentic, match="wrong mac"):
        check(gate, keys={"test": "wrong"})
    check(gate)
    with pytest.raises(NotAuthentic, match="used before"):
        check(gate)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic dGVzdDphYmNk",
        VECTOR[0].replace("MAC ", "HMAC "),
        VECTOR[0].replace('id="test", ', ""),
        VECTOR[0].replace('id="test"', 'id="test", id="test"'),
        VECTOR[0] + ', ext=""',
        VECTOR[0].replace('"', "'"),
    ],
)
def test_bad_header(header: str) -> None:
    """
    A header of another scheme, or with an attribute missing, twice, unknown or unquoted, is refused.
    """
    with pytest.raises(NotAuthentic, match="header"):
        check(Gate(), header)


@pytest.mark.parametrize(
    "header",
    [
        VECTOR[0].replace(", ", ","),
        "MAC " + ", ".join(reversed(VECTOR[0].removeprefix("MAC ").split(", "))),
    ],
)
def test_tolerable_header(header: str) -> None:
    """
    A comma without its space, as the vendor's own Python example has it, and another order are fine.
    """
    assert check(Gate(), header) == "test"


@pytest.mark.parametrize(
    ("signer", "reason"),
    [
        (Signer(secret="wrong"), "wrong mac"),
        (Signer(key="nobody"), "unknown key"),
        (Signer(uri="/v2/whatsapp/message?limit=1"), "wrong mac"),
        (Signer(method="POST"), "wrong mac"),
        (Signer(host="elsewhere.example"), "wrong mac"),
        (Signer(port=8443), "wrong mac"),
        (Signer(nonce="n" * 33), "a nonce of 33 characters"),
        (Signer(nonce=""), "a nonce of 0 characters"),
        (Signer(ts="1375000000"), "ts is too far from now"),
        (Signer(ts="yesterday"), "ts is too far from now"),
    ],
)
def test_refused(simulator: Simulator, signer: Signer, reason: str) -> None:
    """
    Who is not authentic reads the same plain text whatever the reason; the record has the reason.
    """
    answer = simulator.call("GET", OUTGOING, signer=signer)
    assert (answer.status_code, answer.text) == (403, "Unknown Authentication Error")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert simulator.calls()[-1]["facts"] == {"denied": reason}
    assert simulator.calls()[-1]["accepted"] is False


def test_no_header(simulator: Simulator) -> None:
    """
    A request without Authorization is refused as well, and sends nothing.
    """
    assert simulator.http.post(OUTGOING, json={}).status_code == 403
    assert simulator.list() == []


@pytest.mark.parametrize(
    "form",
    [
        lambda host, port: Signer(host=host, port=port),
        lambda host, port: Signer(host=f"{host}:{port}", port=80),
        lambda host, port: Signer(host=f"{host}:{port}", port=443),
        lambda _, __: Signer(host="api.smsglobal.com", port=443),
        lambda host, _: Signer(host=host, port=80),
        lambda host, _: Signer(host=host, port=443),
    ],
    ids=["java", "npm", "go", "php v2", "php v1", "php v1 over TLS"],
)
def test_published_clients(simulator: Simulator, form: Callable[[str, int], Signer]) -> None:
    """
    Every host and port that the vendor's own clients sign when they call another address is taken.
    """
    host, _, port = simulator.url.removeprefix("http://").partition(":")
    assert simulator.call("GET", OUTGOING, signer=form(host, int(port))).status_code == 200


def test_replay(simulator: Simulator) -> None:
    """
    The same signed request is refused the second time, after a reset too, until everything is forgotten.
    """
    signer = Signer(nonce="once", ts=str(int(time.time())))
    statuses = [simulator.call("GET", OUTGOING, signer=signer).status_code for _ in range(2)]
    simulator.control("POST", "reset", {})
    statuses.append(simulator.call("GET", OUTGOING, signer=signer).status_code)
    simulator.control("POST", "reset", {"everything": True})
    statuses.append(simulator.call("GET", OUTGOING, signer=signer).status_code)
    assert statuses == [200, 403, 403, 200]


def test_nonces_belong_to_a_key(simulator: Simulator) -> None:
    """
    Two keys may use the same nonce, of up to 32 characters.
    """
    simulator.change(keys={"sim-key": "sim-secret", "other": "secret"})
    for key, secret in (("sim-key", "sim-secret"), ("other", "secret")):
        signer = Signer(key, secret, nonce="n" * 32)
        assert simulator.call("GET", OUTGOING, signer=signer).status_code == 200
        assert simulator.calls()[-1]["facts"] == {"key": key}


def test_tolerance_is_a_setting(simulator: Simulator) -> None:
    """
    How far `ts` may be from the clock can be changed.
    """
    simulator.change(ts_tolerance=3600)
    assert simulator.call("GET", OUTGOING, signer=Signer(ts=str(int(time.time()) - 1800))).status_code == 200


def test_strict_address(start: Callable[..., Simulator]) -> None:
    """
    Strict, one host and port may be signed: the URL's own, or the configured ones.
    """
    simulator = start(strict=True)
    public = Signer(host="api.smsglobal.com", port=443)
    assert simulator.call("GET", OUTGOING).status_code == 200
    assert simulator.call("GET", OUTGOING, signer=public).status_code == 403
    simulator.change(signed_address=["api.smsglobal.com", 443])
    assert simulator.call("GET", OUTGOING).status_code == 403
    assert simulator.call("GET", OUTGOING, signer=public).status_code == 200


def test_401(simulator: Simulator) -> None:
    """
    The status may be 401 instead, with the older API's body and a challenge.
    """
    simulator.change(unauthorized_status=401)
    answer = simulator.call("GET", OUTGOING, signer=Signer(secret="wrong"))
    assert (answer.status_code, answer.json()) == (401, {"error": "Unknown Authentication Error"})
    assert answer.headers["www-authenticate"] == "MAC"


def test_mac_is_on_record(simulator: Simulator) -> None:
    """
    The record shows the header, so that a test can see each attempt's nonce.
    """
    simulator.send()
    assert simulator.messages()[0]["headers"]["authorization"].startswith('MAC id="sim-key", ts="')
