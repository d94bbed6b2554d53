"""
v1: items, transids, references, arrays and batches.
"""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulators.webex_connect.driver import Simulator, envelope

GOOD, REFUSED, OTHER = "+436761234567", "+4366099997102", "+436761234568"


def base_of(items: list[dict[str, Any]]) -> str:
    return str(uuid.UUID(items[0]["transid"]))


def destinations(*numbers: str, **members: Any) -> list[dict[str, Any]]:
    return [{"msisdn": [number]} | members for number in numbers]


def test_alone(simulator: Simulator) -> None:
    """
    One envelope to one destination is answered as in the sample: an array of one, without correlationid.
    """
    (item,) = simulator.send()
    assert item == {"code": "1001", "transid": base_of([item]), "description": "Queued"}


def test_alone_with_reference(simulator: Simulator) -> None:
    """
    A reference comes back, and a destination's own takes precedence over the request's.
    """
    assert simulator.send(correlationid="mine")[0]["correlationid"] == "mine"
    own = destinations(GOOD, correlationid="own") + destinations(OTHER)
    assert [item["correlationid"] for item in simulator.send(correlationid="mine", destination=own)] == ["own", "mine"]


def test_array(simulator: Simulator) -> None:
    """
    An array of envelopes is answered in order with U, U_1, U_2, and correlationid in each item, perhaps empty.
    """
    items = simulator.take([envelope(), envelope(correlationid="b"), envelope()])
    base = base_of(items)
    assert [item["transid"] for item in items] == [base, f"{base}_1", f"{base}_2"]
    assert [item["correlationid"] for item in items] == ["", "b", ""]


def test_one_refused(simulator: Simulator) -> None:
    """
    A refused destination does not touch its neighbours, and has a transid and its reference like them.
    """
    own = [
        {"msisdn": [number], "correlationid": reference}
        for number, reference in zip((GOOD, REFUSED, OTHER), "abc", strict=True)
    ]
    items = simulator.send(destination=own)
    base = base_of(items)
    assert [(item["code"], item["correlationid"]) for item in items] == [("1001", "a"), ("7102", "b"), ("1001", "c")]
    assert items[1] == {
        "code": "7102",
        "transid": f"{base}_1",
        "description": "Invalid address",
        "correlationid": "b",
    }


def test_thousand_with_three_refused(simulator: Simulator) -> None:
    """
    A thousand destinations are one request; three of them are refused with three codes, 997 are taken.
    """
    numbers = [f"+43676{n:07}" for n in range(1000)]
    numbers[10], numbers[500], numbers[999] = "+4366099997102", "+4366099997020", "+4366099997006"
    simulator.change(read=False, step_seconds=0.0)
    items = simulator.send("sms", *numbers)
    assert [(n, item["code"]) for n, item in enumerate(items) if item["code"] != "1001"] == [
        (10, "7102"),
        (500, "7020"),
        (999, "7006"),
    ]
    assert items[999]["transid"] == f"{base_of(items)}_999"
    (arrival,) = simulator.messages()
    assert sum(result["accepted"] for result in arrival["results"]) == 997


def test_too_many(simulator: Simulator) -> None:
    """
    More than a thousand addresses, in one envelope or over all, are 7009 for the request.
    """
    numbers = [f"+43676{n:07}" for n in range(1001)]
    assert simulator.send("sms", *numbers)["code"] == "7009"
    assert simulator.send(destination=[{"msisdn": numbers}])["code"] == "7009"
    halves = [envelope("sms", *numbers[:501]), envelope("sms", *numbers[501:]), envelope()]
    assert simulator.take(halves)["code"] == "7009"
    assert simulator.webhooks() == []


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'{"a":', b"7", b'"text"', b"\xff"])
def test_not_json(simulator: Simulator, body: bytes) -> None:
    """
    A body that is no envelope nor an array of them is 7000.
    """
    assert simulator.post(body).json()["response"]["code"] == "7000"


def test_bad_envelope(simulator: Simulator) -> None:
    """
    A bad envelope alone refuses the request; in an array it refuses its own items, one a destination.
    """
    bad = envelope("sms", GOOD, OTHER, channels={}, correlationid="bad")
    assert simulator.take(bad)["description"] == "Mandatory parameter missing: sms"
    items = simulator.take([envelope(), bad, "text", envelope()])
    assert [item["code"] for item in items] == ["1001", "7003", "7003", "7004", "1001"]
    assert [item["correlationid"] for item in items] == ["", "bad", "bad", "", ""]
    assert [item["transid"].partition("_")[2] for item in items] == ["", "1", "2", "3", "4"]
    assert [one["code"] for one in simulator.messages()[-1]["results"]] == ["1001", "7003", "7003", "1001"]


def test_values_of_a_destination(simulator: Simulator) -> None:
    """
    Several values of one destination share its item; each has its own receipts under its transid.
    """
    items = simulator.send(destination=[{"msisdn": [GOOD, OTHER], "correlationid": "both"}])
    assert len(items) == 1
    receipts = simulator.receipts()
    assert {each["transid"] for each in receipts} == {items[0]["transid"]}
    assert {each["deliveryInfo"]["destination"] for each in receipts} == {GOOD[1:], OTHER[1:]}
    assert {each["correlationid"] for each in receipts} == {"both"}


def test_item_an_address(simulator: Simulator) -> None:
    """
    By setting each value of a destination has an item.
    """
    simulator.change(items_per="address")
    items = simulator.send(destination=[{"msisdn": [GOOD, REFUSED]}, {"msisdn": [OTHER]}])
    assert [item["code"] for item in items] == ["1001", "7102", "1001"]


def test_item_an_envelope(simulator: Simulator) -> None:
    """
    By setting an envelope has one item, accepted if anyone is; a receipt tells who is not.
    """
    simulator.change(items_per="envelope")
    (item,) = simulator.send("sms", REFUSED, GOOD)
    assert item["code"] == "1001"
    failed = [each for each in simulator.receipts() if each["deliveryInfo"]["deliveryStatus"] == "Failed"]
    assert [(each["deliveryInfo"]["code"], each["deliveryInfo"]["destination"]) for each in failed] == [
        ("7102", REFUSED[1:])
    ]
    assert [item["code"] for item in simulator.send("sms", REFUSED, "+4366099997020")] == ["7102"]
    assert [item["code"] for item in simulator.take([envelope("sms", GOOD, OTHER, channels={}), envelope()])] == [
        "7003",
        "1001",
    ]


def test_sole_refusal(simulator: Simulator) -> None:
    """
    By setting a lone refused item is an object, as in the event API's samples; an accepted one stays an array.
    """
    simulator.change(sole_refusal_as_object=True)
    assert simulator.send("sms", REFUSED)["code"] == "7102"
    assert simulator.send("sms", GOOD)[0]["code"] == "1001"


def test_refused_once(simulator: Simulator) -> None:
    """
    A number that is refused once is taken the second time.
    """
    assert [simulator.send("sms", "+4366099977020")[0]["code"] for _ in range(2)] == ["7020", "1001"]


def test_record(simulator: Simulator) -> None:
    """
    The record has the recipients, each verdict with transid and reference, and counts what was taken by reference.
    """
    items = simulator.send(destination=destinations(GOOD, REFUSED, correlationid="r-1"))
    (arrival,) = simulator.messages(reference="r-1", recipient=REFUSED)
    assert arrival["recipients"] == [GOOD, REFUSED]
    assert [(one["accepted"], one["code"], one["provider_id"]) for one in arrival["results"]] == [
        (True, "1001", items[0]["transid"]),
        (False, "7102", items[1]["transid"]),
    ]
    assert simulator.sent() == {"r-1": 1}


def test_strict(start: Callable[..., Simulator]) -> None:
    """
    Lenient, an unknown member is noted; strict, it is refused, and so is a content type that is not JSON.
    """
    lenient, strict = start(), start(strict=True)
    assert lenient.send(correlationId="x")[0]["code"] == "1001"
    assert lenient.messages()[0]["remarks"] == ["envelope.correlationId is in no document"]
    assert strict.send(correlationId="x")["description"] == "Invalid parameter: correlationId"
    plain = {"key": "sim-key", "Content-Type": "text/plain"}
    assert strict.post(envelope(), headers=plain).json()["response"]["code"] == "7000"
    assert strict.send()[0]["code"] == "1001"
