"""
What the send APIs answer. Bodies are those of the Webex Connect Messaging API v1, "API FAQs", "Custom Event v1",
"Send Message API v2" and "Send SMS API v1".
"""

from collections.abc import Sequence

from herald.content import TextContent
from herald.errors import (
    ConfigurationError,
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    Reason,
)
from herald.models import Channel, OutboundMessage, Receipt
from herald.provider import Response
from tests.providers.cases.webex_connect.shared import (
    PHONE,
    REFERENCE,
    TRANSACTION,
    message,
    queued,
    refusal,
)
from tests.providers.harness import Answer, Answers, Case, Download, Refused, Wire, json_response

NO, LATER, THROTTLED = ProviderRejected, ProviderUnavailable, ProviderThrottled
CREDENTIALS, UNCLEAR = CredentialsRefused, OutcomeUnknown

# Webex Connect, "Channel Specific Status Codes" (common, voice, in-app, contact policy) and "Custom Event v1".
COMMON: tuple[tuple[int, type[ProviderError], Reason], ...] = (
    (7000, NO, Reason.INVALID_CONTENT),
    (7001, CREDENTIALS, Reason.CREDENTIALS_REFUSED),
    (7002, CREDENTIALS, Reason.CREDENTIALS_REFUSED),
    (7003, NO, Reason.INVALID_OPTION),
    (7004, NO, Reason.INVALID_OPTION),
    (7005, NO, Reason.EXPIRED),
    (7006, LATER, Reason.PROVIDER_FAILURE),
    (7007, NO, Reason.ACCOUNT_DISABLED),
    (7009, NO, Reason.TOO_MANY_RECIPIENTS),
    (7010, NO, Reason.ADDRESS_NOT_ALLOWED),
    (7016, LATER, Reason.PROVIDER_FAILURE),
    (7019, NO, Reason.EXPIRED),
    (7020, THROTTLED, Reason.THROTTLED),
    (7022, NO, Reason.INVALID_CONTENT),
    (7026, NO, Reason.INVALID_CONTENT),
    (7034, NO, Reason.INVALID_CONTENT),
    (7101, NO, Reason.INVALID_SENDER),
    (7102, NO, Reason.INVALID_RECIPIENT),
    (7104, NO, Reason.INVALID_SENDER),
    (7105, NO, Reason.INVALID_RECIPIENT),
    (7107, NO, Reason.INVALID_CONTENT),
    (7108, NO, Reason.INVALID_TEMPLATE),
    (7126, NO, Reason.INVALID_CONTENT),
    (7127, NO, Reason.ADDRESS_NOT_ALLOWED),
    (7200, UNCLEAR, Reason.PROVIDER_FAILURE),
    (8009, NO, Reason.INVALID_RECIPIENT),
)
POLICY: tuple[tuple[int, type[ProviderError], Reason], ...] = (
    (9000, NO, Reason.ACCOUNT_DISABLED),
    (9001, NO, Reason.INVALID_OPTION),
    (9002, NO, Reason.RECIPIENT_NOT_ALLOWED),
    (9003, NO, Reason.RECIPIENT_NOT_ALLOWED),
    (9004, LATER, Reason.PROVIDER_UNAVAILABLE),
    (9005, NO, Reason.INVALID_OPTION),
    (9006, NO, Reason.RECIPIENT_NOT_ALLOWED),
    (9007, NO, Reason.INVALID_OPTION),
    (9010, NO, Reason.RECIPIENT_NOT_ALLOWED),
)
IN_APP: tuple[tuple[int, type[ProviderError], Reason], ...] = (
    (7311, NO, Reason.INVALID_OPTION),
    (7312, NO, Reason.INVALID_OPTION),
    (7703, NO, Reason.INVALID_CONTENT),
    (7704, NO, Reason.INVALID_CONTENT),
    (7706, NO, Reason.INVALID_CONTENT),
    (7708, NO, Reason.INVALID_CONTENT),
)
CODES = frozenset(code for code, _, _ in COMMON + POLICY)

# The same numbers say other things of reports, and of other channels.
FAILED: tuple[tuple[Channel, int, type[ProviderError], Reason], ...] = (
    (Channel.WHATSAPP, 7703, NO, Reason.ACCOUNT_DISABLED),
    (Channel.WHATSAPP, 7710, NO, Reason.WINDOW_CLOSED),
    (Channel.WHATSAPP, 7845, THROTTLED, Reason.THROTTLED),
    (Channel.WHATSAPP, 7846, LATER, Reason.PROVIDER_UNAVAILABLE),
    (Channel.RCS, 7324, THROTTLED, Reason.THROTTLED),
    (Channel.PUSH, 7513, NO, Reason.INVALID_RECIPIENT),
    (Channel.PUSH, 7404, UNCLEAR, Reason.UNKNOWN),
    (Channel.SMS, 7010, NO, Reason.ADDRESS_NOT_ALLOWED),
)

APP_HELLO = message(Channel.IN_APP, TextContent(text="Hello"))
RCS_HELLO = message(Channel.RCS, TextContent(text="Hello"))


def refused_v2(code: str, status: int = 400) -> Response:
    return json_response(status, {"code": code, "message": "Invalid parameter - sendAt"})


def queued_v2(**other: object) -> Response:
    answer = {
        "requestTimestamp": "2024-09-05T00:03:01.708-04:00",
        "messageId": "a770f205-1234-4567-8901-6dc3e388b9b5",
        "correlationId": REFERENCE,
        "status": "queued",
    }
    return json_response(201, {name: value for name, value in (answer | other).items() if value is not None})


def item(code: int | str = 1001, reference: str | None = None, suffix: str = "") -> dict[str, object]:
    """One recipient's result of v1."""
    found: dict[str, object] = {"code": f"{code}", "transid": f"{TRANSACTION}{suffix}", "description": "x"}
    return found if reference is None else found | {"correlationid": reference}


def answered(*items: object) -> Response:
    return json_response(200, {"response": items})


def results(sent: OutboundMessage, codes: Sequence[str | None]) -> Response:
    """An answer with a result for each recipient."""
    return answered(
        *(item(code or 1001, sent.reference_of(position), f"_{position}") for position, code in enumerate(codes))
    )


V1: list[Case] = [
    Answer(name="queued", features=("X15",), answer=queued(), expect=Receipt(TRANSACTION, "1001")),
    Answer(
        name="queued in burst mode, as one object, with a number for a code and a suffix for the channel",
        features=("X15",),
        answer=json_response(
            200,
            {"response": {"description": "Queued in burst mode", "code": 1001, "transid": f"{TRANSACTION}_0"}},
        ),
        expect=Receipt(f"{TRANSACTION}_0", "1001"),
    ),
    *(
        Answer(
            name=f"{code} is {reason}",
            features=("X15", "X14") if code >= 9000 else ("X15",),
            answer=refusal(code),
            expect=Refused(error, code=str(code), reason=reason),
        )
        for code, error, reason in COMMON + POLICY
    ),
    *(
        Answer(
            name=f"{code} in-app is {reason}",
            features=("X15",),
            message=APP_HELLO,
            answer=refusal(code),
            expect=Refused(error, code=str(code), reason=reason),
        )
        for code, error, reason in IN_APP
    ),
    *(
        Answer(
            name=f"{code} over {channel} is {reason}",
            features=("X15",),
            message=message(channel, TextContent(text="Hello")),
            answer=refusal(code),
            expect=Refused(error, code=str(code), reason=reason),
        )
        for channel, code, error, reason in FAILED
    ),
    *(
        Answer(
            name=f"{code} says nothing elsewhere",
            features=("X15",),
            answer=refusal(code),
            expect=Refused(UNCLEAR, code=str(code), reason=Reason.UNKNOWN),
        )
        for code in (7703, 1002, 7999)
    ),
    *(
        Answer(
            name=f"authentication failed with {status}",
            features=("X1", "X15"),
            answer=refusal(7001, status),
            expect=Refused(CREDENTIALS, code="7001", reason=Reason.CREDENTIALS_REFUSED),
        )
        for status in (200, 400, 401, 403)
    ),
    Answer(
        name="401 without a body",
        features=("X1", "X15"),
        answer=Response(401),
        expect=Refused(CREDENTIALS, code="401"),
    ),
    Answer(
        name="7006 as the account has seen it",
        features=("X15",),
        settings={"outcomes": {"7006": "unclear"}},
        answer=refusal(7006),
        expect=Refused(UNCLEAR, code="7006", reason=Reason.PROVIDER_FAILURE),
    ),
    Answer(
        name="7703 in-app as the account has seen it",
        features=("X15",),
        settings={"outcomes": {"7703": "throttled"}},
        message=APP_HELLO,
        answer=refusal(7703),
        expect=Refused(THROTTLED, code="7703"),
    ),
    Answer(
        name="the transaction limit, with a time",
        features=("X15",),
        answer=Response(429, {"retry-after": "3"}, refusal(7020).body),
        expect=Refused(THROTTLED, code="7020", retry_after=3.0),
    ),
    Answer(
        name="refused alone in an array",
        features=("X15",),
        answer=queued(code="7102"),
        expect=Refused(NO, code="7102", reason=Reason.INVALID_RECIPIENT),
    ),
    *(
        Answer(
            name=f"an answer that says nothing: {answer.body.decode()}",
            features=("X15",),
            answer=answer,
            expect=Refused(UNCLEAR, code=code),
        )
        for answer, code in (
            (json_response(200, {"response": []}), "200"),
            (json_response(200, {"response": [{"description": "Queued", "transid": "x"}]}), "200"),
            (json_response(200, {"response": ["Queued"]}), "200"),
            (json_response(200, {"response": {"code": "1001"}}), "1001"),
            (json_response(500, {"response": {"code": "1001", "transid": "x"}}), "1001"),
        )
    ),
    Answer(
        name="a code that no table lists is what its status says, where that says no",
        features=("X15",),
        answer=refusal(7999, 400),
        expect=Refused(NO, code="7999"),
    ),
]

V2: list[Case] = [
    Answer(
        name="v2 queued",
        features=("X15", "X17"),
        message=RCS_HELLO,
        answer=queued_v2(),
        expect=Receipt("a770f205-1234-4567-8901-6dc3e388b9b5", "queued"),
    ),
    Answer(
        name="v2 queued, in the words of a call",
        features=("X3", "X17"),
        message=RCS_HELLO,
        answer=queued_v2(status="Queued", correlationId=None),
        expect=Receipt("a770f205-1234-4567-8901-6dc3e388b9b5", "queued"),
    ),
    *(
        Answer(
            name=f"v2 refused with {answer.status} {answer.body.decode()}",
            features=("X15", "X17"),
            message=RCS_HELLO,
            answer=answer,
            expect=Refused(error, code=code, reason=reason),
        )
        for answer, error, code, reason in (
            (refused_v2("7000"), NO, "7000", Reason.INVALID_CONTENT),
            (refused_v2("7004"), NO, "7004", Reason.INVALID_OPTION),
            (refused_v2("7999"), NO, "7999", Reason.UNKNOWN),
            (refused_v2("7001", 403), CREDENTIALS, "7001", Reason.CREDENTIALS_REFUSED),
            (Response(401), CREDENTIALS, "401", Reason.CREDENTIALS_REFUSED),
            (Response(429, {"retry-after": "2"}), THROTTLED, "429", Reason.THROTTLED),
            (Response(409), NO, "409", None),
            (Response(503), UNCLEAR, "503", None),
            (queued_v2(status="Rejected"), NO, "rejected", None),
            (queued_v2(status="Parked"), UNCLEAR, "parked", None),
            (queued_v2(status=None), UNCLEAR, "201", None),
            (queued_v2(messageId=None), UNCLEAR, "queued", None),
            (queued_v2(status="no to +447700900009"), UNCLEAR, "201", None),
        )
    ),
]

MEDIA_URL = "https://attachments.imiconnect.site/v1/download-media?exp=1725358814530&sid=st%2BX6&path=3%2F1.jpg"
KEYED = {"x-imi-connect-media-api-key": "media-key"}


def fetched(url: str, settings: dict[str, object] | None = None, **secrets: str) -> Case:
    return Download(
        name=f"media from {url[:40]}",
        features=("X16",),
        settings=settings or {},
        secrets=secrets,
        media_id=url,
        wire=Wire("GET", url, KEYED if secrets else {}),
        answer=Response(200, {"content-type": "image/jpeg"}, b"\xff\xd8"),
        expect=(b"\xff\xd8", "image/jpeg"),
    )


def each(name: str, answer: Response, *expect: Receipt | Refused) -> Answers:
    return Answers(name=f"three in a call: {name}", features=("X9",), message=CROWD, answer=answer, expect=expect)


ONE, TWO, THREE = (f"abcdefghijklmnopqrstuvwxyz.aaaaaaaaa{end}-0" for end in "abc")
CROWD = message(
    Channel.SMS,
    TextContent(text="Hello"),
    PHONE,
    "+447700900010",
    "+447700900011",
    references=(ONE, TWO, THREE),
)
TAKEN, LAST = Receipt(TRANSACTION, "1001"), Receipt(f"{TRANSACTION}_2", "1001")
UNTOLD = Refused(OutcomeUnknown, code="200")

# How either API answers to several destinations is not documented; of whom nothing is told, nobody knows.
RESULTS: list[Case] = [
    each(
        "by reference, in any order",
        answered(item(1001, THREE, "_2"), item(7020, TWO, "_1"), item(7102, ONE)),
        Refused(ProviderRejected, code="7102"),
        Refused(ProviderThrottled, code="7020"),
        LAST,
    ),
    each(
        "by order, where references are empty",
        answered(item(1001, ""), item(7006, "", "_1"), item(1001, "", "_2")),
        TAKEN,
        Refused(ProviderUnavailable, code="7006"),
        LAST,
    ),
    each(
        "the rest by order",
        answered(item(7020, TWO, "_1"), item(1001), item(1001, None, "_2")),
        TAKEN,
        Refused(ProviderThrottled, code="7020"),
        LAST,
    ),
    each("one nameless result for all", answered(item(1001)), TAKEN, TAKEN, TAKEN),
    each("one nameless refusal for all", answered(item(7107)), *[Refused(ProviderRejected, code="7107")] * 3),
    each("one object for all", json_response(200, {"response": item(1001, ONE)}), TAKEN, TAKEN, TAKEN),
    each("one result of one recipient", answered(item(1001, ONE)), TAKEN, UNTOLD, UNTOLD),
    each("too few to tell whose they are", answered(item(1001, ONE), item(1001)), TAKEN, UNTOLD, UNTOLD),
    each("more than there are recipients", answered(*[item(1001)] * 4), UNTOLD, UNTOLD, UNTOLD),
    each(
        "an unreadable result costs nobody else's",
        answered(item(1001), {"code": "?"}, item(7101)),
        TAKEN,
        UNTOLD,
        Refused(ProviderRejected, code="7101"),
    ),
    each(
        "v2: one message for all",
        json_response(201, {"messageId": TRANSACTION, "correlationId": "", "status": "queued"}),
        *[Receipt(TRANSACTION, "queued")] * 3,
    ),
    each(
        "v2: a bare array of one result each",
        json_response(
            201,
            [
                {"messageId": TRANSACTION, "correlationId": ONE, "status": "queued"},
                {"messageId": TRANSACTION, "correlationId": THREE, "status": "queued"},
                {"code": "7102", "message": "Invalid address", "correlationId": TWO, "status": "Rejected"},
            ],
        ),
        Receipt(TRANSACTION, "queued"),
        Refused(ProviderRejected, code="7102"),
        Receipt(TRANSACTION, "queued"),
    ),
    *(
        Answers(
            name=f"one object is about the call: {code}",
            features=("X9",),
            message=CROWD,
            answer=refusal(code),
            expect=Refused(error, code=str(code)),
        )
        for code, error in ((7001, CREDENTIALS), (7009, NO), (7020, THROTTLED))
    ),
]

DOWNLOADS: list[Case] = [
    fetched(MEDIA_URL),
    fetched("https://webexconnect.io/a", media_key="media-key"),
    fetched("https://files.acme.example/a", {"media_hosts": "other.example, acme.example"}),
    fetched("http://localhost:9000/media/1", {"base_url": "http://localhost:9000"}),
    *(
        Download(
            name=f"media answered with {answer.status}",
            features=("X16",),
            media_id=MEDIA_URL,
            wire=Wire("GET", MEDIA_URL),
            answer=answer,
            expect=Refused(error, code=str(answer.status)),
        )
        for answer, error in (
            (Response(404), ProviderRejected),
            (Response(403), CredentialsRefused),
            (Response(302), ProviderUnavailable),
            (Response(500), ProviderUnavailable),
        )
    ),
    *(
        Download(
            name=f"media is not fetched from {url[:60] or 'nowhere'}",
            features=("X16",),
            media_id=url,
            wire=Refused(ProviderRejected, reason=Reason.INVALID_MEDIA),
        )
        for url in (
            "http://attachments.imiconnect.site/1",
            "https://attachments.imiconnect.site.evil.example/1",
            "https://evilimiconnect.site/1",
            "https://attachments.imiconnect.site:8443/1",
            "https://attachments.imiconnect.site@evil.example/1",
            "https://user@attachments.imiconnect.site/1",
            "https://attachments.imiconnect.site:port/1",
            "https://[::1/1",
            "https://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "",
        )
    ),
    Download(
        name="media from hosts that are no text",
        features=("X16",),
        settings={"media_hosts": 7},
        media_id=MEDIA_URL,
        wire=Refused(ConfigurationError),
    ),
    Download(
        name="media of no said type",
        features=("X16",),
        media_id=MEDIA_URL,
        wire=Wire("GET", MEDIA_URL),
        answer=Response(200, {}, b"x"),
        expect=(b"x", "application/octet-stream"),
    ),
]

CASES = [*V1, *V2, *RESULTS, *DOWNLOADS]
