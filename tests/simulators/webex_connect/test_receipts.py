"""
Receipts: their order, and what each channel writes into them.
"""

import re
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.simulators.webex_connect.codes import Channel
from local.simulators.webex_connect.receipt_codes import FAILURES
from tests.simulators.webex_connect.driver import APPLE_USER, NUMBER, RECIPIENTS, Hook, Simulator, magic

DIGITS = NUMBER[1:]
HEARD = ["OFFERED", "ACCEPTED", "ANSWERED", "DROPPED", "Released"]
LIVES = {
    "sms": ["Submitted", "Delivered"],
    "voice": HEARD,
    "appmessaging": ["Submitted", "Delivered", "Read"],
    "push": ["Submitted", "Delivered", "Read"],
    "fb": ["Submited", "Delivered", "Read"],
    "whatsapp": ["Submitted", "Delivered", "Read"],
    "applebusinesschat": ["Submitted"],
}
V1_CHANNELS = [channel for channel in Channel if channel is not Channel.RCS]
CARRYING = {"correlationid": "ref-1", "callbackData": "data"}


def magic_number(tail: str) -> str:
    return f"+436609998{tail}"


def outer(transid: str, **members: Any) -> dict[str, Any]:
    return {"subtid": "", "transid": transid, "callbackData": "data", "correlationid": "ref-1"} | members


def info(word: str, code: str, channel: str, destination: str, kind: str, **members: Any) -> dict[str, Any]:
    """The inner part as every channel has it; `Description` is the status unless it is given."""
    return {
        "Description": word,
        "code": code,
        "deliveryChannel": channel,
        "additionalInfo": "",
        "destination": destination,
        "destinationType": kind,
        "deliveryStatus": word,
    } | members


def shapes(simulator: Simulator, channel: str, *recipients: str, **members: Any) -> tuple[str, list[dict[str, Any]]]:
    """The transid of the answer, and the receipts without their times."""
    (item,) = simulator.send(channel, *recipients, **CARRYING, **members)
    receipts = simulator.receipts()
    for each in receipts:
        del each["deliveryInfo"]["timeStamp"]
    return item["transid"], receipts


@pytest.mark.parametrize("channel", LIVES)
def test_usual_life(simulator: Simulator, channel: str) -> None:
    """
    A message of each channel goes through the channel's statuses in order; `read` off ends most with Delivered.
    """
    assert simulator.words(channel, RECIPIENTS[channel][1]) == LIVES[channel]
    simulator.control("POST", "reset")
    simulator.change(read=False)
    expected = [word for word in LIVES[channel] if word != "Read"]
    assert simulator.words(channel, RECIPIENTS[channel][1]) == expected


def test_sms(simulator: Simulator) -> None:
    """
    SMS drops the + of the number; Delivered has segments and carrier, Submitted neither.
    """
    transid, receipts = shapes(simulator, "sms", channels={"sms": {"text": "x" * 161}})
    assert receipts == [
        outer(transid, deliveryInfo=info("Submitted", "7501", "SMS", DIGITS, "msisdn")),
        outer(
            transid,
            deliveryInfo=info("Delivered", "7500", "SMS", DIGITS, "msisdn", messageCount="2"),
            carrier="USTMO",
        ),
    ]


@pytest.mark.parametrize("region", ["ca", "in"])
def test_uncounted_regions(simulator: Simulator, region: str) -> None:
    """
    Canada and India count no segments.
    """
    simulator.change(region=region)
    _, receipts = shapes(simulator, "sms")
    assert "messageCount" not in receipts[-1]["deliveryInfo"]


@pytest.mark.parametrize(
    ("block", "count"),
    [
        ({"text": "x" * 160}, "1"),
        ({"text": "x" * 307}, "3"),
        ({"text": "☃" * 71, "type": "4"}, "2"),
        ({"body": "00" * 141, "type": "3"}, "2"),
        ({"body": "00" * 140, "type": "3"}, "1"),
    ],
)
def test_segments(simulator: Simulator, block: dict[str, Any], count: str) -> None:
    """
    messageCount is a text with the number of parts.
    """
    _, receipts = shapes(simulator, "sms", channels={"sms": block})
    assert receipts[-1]["deliveryInfo"]["messageCount"] == count


def test_sms_failures(simulator: Simulator) -> None:
    """
    Failed knows no carrier, Un-Delivered does.
    """
    _, receipts = shapes(simulator, "sms", magic_number("7102"))
    assert [each["deliveryInfo"]["deliveryStatus"] for each in receipts] == ["Failed"]
    assert receipts[0]["carrier"] == ""
    simulator.control("POST", "reset")
    _, receipts = shapes(simulator, "sms", magic_number("7109"))
    assert receipts[-1]["deliveryInfo"]["deliveryStatus"] == "Un-Delivered"
    assert receipts[-1]["carrier"] == "USTMO"


def test_sms_clicked(simulator: Simulator) -> None:
    """
    A click writes the channel in small letters, the URL and address in Description, the browser beside, no subtid.
    """
    _, receipts = shapes(simulator, "sms", magic_number("0008"))
    clicked = receipts[-1]
    assert "subtid" not in clicked
    assert clicked["deliveryInfo"]["deliveryChannel"] == "sms"
    assert re.fullmatch(r"https://\S+\|192\.0\.2\.1", clicked["deliveryInfo"]["Description"])
    assert clicked["deliveryInfo"]["additionalInfo"].startswith("Mozilla/5.0")


def test_in_app(simulator: Simulator) -> None:
    """
    In-app calls itself rt.
    """
    transid, receipts = shapes(simulator, "appmessaging")
    assert receipts[0] == outer(transid, deliveryInfo=info("Submitted", "7501", "rt", "97XX90", "userid"))


def test_in_app_failed(simulator: Simulator) -> None:
    """
    A failure in an app has empty pushId and deviceid in the place of additionalInfo.
    """
    transid, receipts = shapes(simulator, "appmessaging", "sim-fail-7312")
    failed = info("Failed", "7312", "rt", "sim-fail-7312", "userid", Description="Invalid thread id")
    del failed["additionalInfo"]
    assert receipts[-1] == outer(transid, deliveryInfo=failed | {"pushId": "", "deviceid": ""})


def test_in_app_clicked(simulator: Simulator) -> None:
    """
    A click in an app nests transid, references and the button inside deliveryInfo.
    """
    option = {"type": "quickReplyPostback", "identifier": "id-1", "title": "Yes", "payload": {}}
    message = {"text": "t", "quickreplies": {"options": [option]}}
    transid, receipts = shapes(
        simulator,
        "appmessaging",
        "sim-fate-clicked",
        channels={"appmessaging": {"thread_id": "t", "message": message}},
    )
    nested = info("Clicked", "7528", "rt", "sim-fate-clicked", "userid") | outer(transid)
    del nested["additionalInfo"]
    pressed = {"identifier": "id-1", "type": "quickReplyPostback", "title": "Yes", "url": ""}
    assert receipts[-1] == {"deliveryInfo": nested | {"interactiveData": pressed}}


def test_push(simulator: Simulator) -> None:
    """
    A push names the device; addressed to a user it does not, and nothing is in additionalInfo.
    """
    transid, receipts = shapes(simulator, "push")
    pushed = RECIPIENTS["push"][1]
    expected = info("Submitted", "7501", "push", pushed, "android_pushid", pushId=pushed)
    del expected["additionalInfo"]
    assert receipts[0]["deliveryInfo"].pop("deviceid")
    assert receipts[0] == outer(transid, deliveryInfo=expected)
    simulator.control("POST", "reset")
    _, receipts = shapes(simulator, "push", destination=[{"userid": ["u-1"]}])
    found = receipts[0]["deliveryInfo"]
    assert (found["pushId"], found["deviceid"], found["destinationType"]) == ("", "", "userid")


def test_push_interaction(simulator: Simulator) -> None:
    """
    A push with buttons is read with the button and the reference.
    """
    button = {"action": "OPEN_APP", "identifier": "SUBSCRIBE", "pos": 1}
    interactive = {"category": "SINGLE_SUBSCRIBE", "pushref": "ui", "actions": [button]}
    _, receipts = shapes(simulator, "push", channels={"push": {"ios": {"text": "t"}, "interactive": interactive}})
    assert receipts[-1]["deliveryInfo"]["interaction"] == {"Button_Pressed": "SUBSCRIBE", "pushref": "ui"}
    assert "interaction" not in receipts[1]["deliveryInfo"]


def test_messenger(simulator: Simulator) -> None:
    """
    Messenger spells Submited, and has additionalInfo and subtid only when it failed.
    """
    transid, receipts = shapes(simulator, "fb")
    expected = info("Submited", "7501", "fb", RECIPIENTS["fb"][1], "psid")
    del expected["additionalInfo"]
    envelope = outer(transid, deliveryInfo=expected)
    del envelope["subtid"]
    assert receipts[0] == envelope
    simulator.control("POST", "reset")
    transid, receipts = shapes(simulator, "fb", "4366099987313")
    described = "Inbound message not received from the user"
    failed = info("Failed", "7313", "fb", "4366099987313", "psid", Description=described)
    assert receipts[-1] == outer(transid, deliveryInfo=failed)


def whatsapp_info(word: str, code: str, **members: Any) -> dict[str, Any]:
    own = {"waid": DIGITS, "bsuid": "", "waidNormalized": "false", "identityKeyHash": ""}
    return info(word, code, "whatsapp", DIGITS, "waid") | own | members


def test_whatsapp(simulator: Simulator) -> None:
    """
    WhatsApp's transid ends in _0, and the business-scoped id comes with the delivery.
    """
    transid, receipts = shapes(simulator, "whatsapp")
    assert receipts[0] == outer(f"{transid}_0", deliveryInfo=whatsapp_info("Submitted", "7501"))
    scoped = receipts[1]["deliveryInfo"]["bsuid"]
    assert re.fullmatch(r"AT\.\d+", scoped)
    assert receipts[2] == outer(f"{transid}_0", deliveryInfo=whatsapp_info("Read", "7502", bsuid=scoped))


def test_whatsapp_suffix(simulator: Simulator) -> None:
    """
    A transid that has a suffix keeps it, and by setting none is added.
    """
    items = simulator.send("whatsapp", NUMBER, "+436761234568")
    bases = {each["transid"] for each in simulator.receipts()}
    assert bases == {f"{items[0]['transid']}_0", items[1]["transid"]}
    simulator.control("POST", "reset")
    simulator.change(whatsapp_suffix=False)
    transid, receipts = shapes(simulator, "whatsapp")
    assert receipts[0]["transid"] == transid


def test_whatsapp_failed(simulator: Simulator) -> None:
    """
    Meta's own code is told in additionalInfo.
    """
    number = magic_number("7710")
    transid, receipts = shapes(simulator, "whatsapp", number)
    own = {"destination": number[1:], "waid": number[1:], "additionalInfo": "(#131047)  | Re-engagement message"}
    expected = whatsapp_info("Failed", "7710", Description="Re-engagement message", **own)
    assert receipts[-1] == outer(f"{transid}_0", deliveryInfo=expected)


@pytest.mark.parametrize(("kind", "normalized"), [("bsuid", "false"), ("waid", "true")])
def test_whatsapp_scoped(simulator: Simulator, kind: str, normalized: str) -> None:
    """
    A recipient known by a business-scoped id has no waid; given as a waid it counts as normalised.
    """
    _, receipts = shapes(simulator, "whatsapp", destination=[{kind: ["IN.2146020959550167"]}])
    scoped = {"destination": "IN.2146020959550167", "destinationType": kind, "waid": "", "waidNormalized": normalized}
    expected = whatsapp_info("Delivered", "7500", bsuid="IN.2146020959550167", **scoped)
    assert receipts[1]["deliveryInfo"] == expected


def test_apple(simulator: Simulator) -> None:
    """
    Apple tells of the submission alone, whatever its recipient is fated to; an invitation's is a number.
    """
    transid, receipts = shapes(simulator, "applebusinesschat")
    kind = "applebusinesschat"
    assert receipts == [outer(transid, deliveryInfo=info("Submitted", "7501", kind, APPLE_USER, kind))]
    simulator.control("POST", "reset")
    assert simulator.words("applebusinesschat", magic("applebusinesschat", "fate-read")) == ["Submitted"]
    simulator.control("POST", "reset")
    block = {"AppleBusinessChat": {"type": "invitation", "withImage": True, "brandName": "Delta"}}
    transid, receipts = shapes(
        simulator, "applebusinesschat", channels=block, destination=[{"msisdn": ["+4477362000"]}]
    )
    assert receipts == [outer(transid, deliveryInfo=info("Submitted", "7501", kind, "4477362000", "msisdn"))]


def test_rcs(simulator: Simulator) -> None:
    """
    RCS keeps the +, has carrier and provider beside, and no destinationType once it is delivered.
    """
    message_id = simulator.send_v2("rcs", callbackData="data", correlationId="ref-1").json()["messageId"]
    receipts = simulator.receipts()
    for each in receipts:
        del each["deliveryInfo"]["timeStamp"]
    beside = {"carrier": "8", "serviceProvider": "GOOGLE"}
    assert receipts == [
        outer(message_id, deliveryInfo=info("Submitted", "7501", "rcs", NUMBER, "msisdn"), **beside),
        outer(message_id, deliveryInfo=info("Delivered", "7500", "rcs", NUMBER, ""), **beside),
        outer(message_id, deliveryInfo=info("Read", "7502", "rcs", NUMBER, ""), **beside),
    ]


def test_voice_shape(simulator: Simulator) -> None:
    """
    A call keeps the +, and carries XML beside the notification except where samples have none.
    """
    (item,) = simulator.send("voice", **CARRYING)
    simulator.settle()
    documents = [webhook["document"] for webhook in simulator.webhooks()]
    offered, answered = documents[0], documents[2]
    assert offered["deliveryTransInfo"].startswith("<evt")
    del offered["deliveryInfoNotification"]["deliveryInfo"]["timeStamp"]
    expected = info("OFFERED", "7407", "voice", NUMBER, "msisdn", Description="Call offered")
    assert offered["deliveryInfoNotification"] == outer(item["transid"], deliveryInfo=expected)
    assert "subtid" not in answered["deliveryInfoNotification"]
    assert "additionalInfo" not in answered["deliveryInfoNotification"]["deliveryInfo"]


@pytest.mark.parametrize(
    ("tail", "words", "code"),
    [
        ("0002", HEARD, "7405"),
        ("0006", ["OFFERED"], "7407"),
        ("0011", ["OFFERED", "ACCEPTED", "ANSWERED", "Released", "DISCONNECTED", "DROPPED"], "7409"),
        ("0012", ["OFFERED", "ACCEPTED", "DROPPED", "REJECTED"], "7402"),
        ("0013", ["OFFERED", "ACCEPTED", "DROPPED", "REJECTED"], "7401"),
        ("0014", ["OFFERED", "ACCEPTED", "DISCONNECTED", "DROPPED", "REJECTED"], "7402"),
        (
            "0015",
            ["OFFERED", "ACCEPTED", "ANSWERED", "TROMBONE_CONNECTED", "TROMBONE_RELEASED", "DROPPED", "Released"],
            "7405",
        ),
        ("0005", ["Failed"], "7005"),
        ("7406", ["OFFERED", "ACCEPTED", "DROPPED", "REJECTED"], "7406"),
    ],
)
def test_calls(simulator: Simulator, tail: str, words: list[str], code: str) -> None:
    """
    Calls end as their numbers say, in the documented sequences.
    """
    assert simulator.words("voice", magic_number(tail)) == words
    assert simulator.receipts()[-1]["deliveryInfo"]["code"] == code


def test_together(simulator: Simulator, hook: Hook) -> None:
    """
    The events of one instant share their timestamp, however slowly they are taken; the ones before have earlier ones.
    """
    hook.meanwhile = lambda: time.sleep(0.01)
    simulator.words("voice", magic_number("0011"))
    times = [each["deliveryInfo"]["timeStamp"] for each in simulator.receipts()]
    assert len({*times[3:]}) == 1
    assert len({*times}) == 4
    assert times == sorted(times)


@pytest.mark.parametrize(("mode", "expected"), [("empty", ""), ("absent", None), ("sent", "ref-1")])
def test_uncorrelated(simulator: Simulator, mode: str, expected: str | None) -> None:
    """
    The documented bug: DISCONNECTED and TROMBONE_* lack reference and callbackData, empty or altogether.
    """
    simulator.change(voice_uncorrelated=mode)
    for tail in ("0011", "0015"):
        simulator.send("voice", magic_number(tail), **CARRYING)
        simulator.settle()
    found = {each["deliveryInfo"]["deliveryStatus"]: each.get("correlationid") for each in simulator.receipts()}
    assert {found[word] for word in ("DISCONNECTED", "TROMBONE_CONNECTED", "TROMBONE_RELEASED")} == {expected}
    assert {found[word] for word in HEARD} == {"ref-1"}


def test_no_references(simulator: Simulator) -> None:
    """
    By setting no receipt has its reference.
    """
    simulator.change(correlate_receipts=False)
    _, receipts = shapes(simulator, "sms")
    assert {(each["correlationid"], each["callbackData"]) for each in receipts} == {("", "")}


def failing(channel: str, code: str) -> dict[str, list[str]]:
    """A destination that fails with the code; where the identifier is digits and the code too long, a customer does."""
    kind, _ = RECIPIENTS[channel]
    if kind not in {"msisdn", "waid", "psid"}:
        return {kind: [magic(channel, f"fail-{code}")]}
    if len(code) > 4:
        return {"customerid": [f"sim-fail-{code}"]}
    return {kind: [magic_number(code).removeprefix("+")]}


@pytest.mark.parametrize("channel", V1_CHANNELS)
def test_every_failure(simulator: Simulator, channel: str) -> None:
    """
    Every documented code of every channel can be forced, with its own text and status.
    """
    codes = FAILURES[Channel(channel)]
    items = simulator.send(channel, destination=[failing(channel, code) for code in codes])
    assert {item["code"] for item in items} == {"1001"}
    last = {each["transid"].removesuffix("_0"): each["deliveryInfo"] for each in simulator.receipts()}
    told = [last[item["transid"]] for item in items]
    expected = [(code, *failure) for code, failure in codes.items()]
    assert [(one["code"], one["Description"], one["deliveryStatus"]) for one in told] == expected


def test_every_rcs_failure(simulator: Simulator) -> None:
    """
    The same for RCS, which only v2 sends.
    """
    codes = FAILURES[Channel.RCS]
    simulator.send_v2("rcs", *map(magic_number, codes))
    failed = [each["deliveryInfo"] for each in simulator.receipts() if each["deliveryInfo"]["code"] != "7501"]
    assert {one["code"]: one["Description"] for one in failed} == {code: codes[code].description for code in codes}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("delivered", ["Submitted", "Delivered"]),
        ("read", ["Submitted", "Delivered", "Read"]),
        ("failed", ["Submitted", "Failed"]),
        ("never_reported", []),
        ("submitted", ["Submitted"]),
        ("delivered_only", ["Delivered"]),
        ("clicked", ["Submitted", "Delivered", "Read", "Clicked"]),
        ("failed_late", ["Submitted", "Delivered", "Failed"]),
        ("unknown_word", ["Submitted", "Teleported"]),
    ],
)
def test_fates(simulator: Simulator, word: str, expected: list[str]) -> None:
    """
    Each fate is what its name says.
    """
    simulator.change(read=False)
    assert simulator.words("appmessaging", f"sim-fate-{word}") == expected


def test_status_of_a_code(simulator: Simulator) -> None:
    """
    Where pages disagree about a code's status a setting decides; and whether a Submitted precedes Failed.
    """
    simulator.change(receipt_statuses={"sms.7107": "Failed"}, submitted_before_failed=False)
    assert simulator.words("sms", magic_number("7107")) == ["Failed"]
    simulator.control("POST", "reset")
    assert simulator.words("sms", magic_number("7107")) == ["Submitted", "Un-Delivered"]


@pytest.mark.parametrize(("minutes", "ending"), [(330, "+05:30"), (-240, "-04:00"), (0, "Z")])
def test_timezone(simulator: Simulator, minutes: int, ending: str) -> None:
    """
    Times are the tenant's, with its offset, and are now.
    """
    simulator.change(timezone_minutes=minutes)
    simulator.send()
    written = simulator.receipts()[0]["deliveryInfo"]["timeStamp"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}" + re.escape(ending), written)
    moment = datetime.fromisoformat(written)
    assert abs(datetime.now(moment.tzinfo) - moment) < timedelta(seconds=30)


def test_two_urls(simulator: Simulator, hook: Hook) -> None:
    """
    A request's notifyurl takes the place of the service's, and the outbound webhook gets a copy of each.
    """
    simulator.control("PUT", "webhook-urls", {"receipts": f"{hook.url}/copy"})
    simulator.send("sms", notifyurl=f"{hook.url}/own")
    simulator.settle()
    assert [path for path, _, _ in hook.received] == ["/own", "/copy"] * 2
    bodies = [body for _, _, body in hook.received]
    assert bodies[0] == bodies[1]
    simulator.send("sms")
    simulator.settle()
    assert {path for path, _, _ in hook.received[4:]} == {"/notify", "/copy"}
