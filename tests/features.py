"""
Which tests prove which line of the feature list: `python -m tests.features` writes docs/features.md from their marks.

A test says `@pytest.mark.feature("W1")`. The providers' rows (W, S, G, X, H) must each have a test; of the gateway's
rows (F) those are listed that have one.
"""

import re
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "features.md"

TITLES: Mapping[str, str] = {
    "W1": "OAuth2 client-credentials token: cached across workers, renewed early, fetched again once on a 401",
    "W2": "WhatsApp text with clientMessageId",
    "W3": "WhatsApp media: uploaded to the provider once, its id remembered; caption",
    "W4": "WhatsApp template: name, locale, ordered placeholders, limits checked before the call",
    "W5": "RCS: text, file, location, card, carousel, every kind of suggestion; limits checked before the call",
    "W6": "RCS capability check",
    "W7": "Media upload, raw bytes",
    "W8": "Media fetch, and the JSON error in a 200",
    "W9": "Inbound webhook: text and media, display name, sender that is no phone, missing recipient, exact reply",
    "W10": "Status webhook: dispatched, delivered, read, failed; exact reply; the comma-less sample is kept",
    "W11": "Every statusCode of every table as our error, the raw code kept; HTTP 400 and 404 with and without a body",
    "S1": "Basic, Bearer and access_token authentication",
    "S2": "Text to 1..1000 recipients in one call",
    "S3": "Binary segments with and without user data header",
    "S4": "/simple by GET and POST, url-encoded answer",
    "S5": "Every statusCode; 2000 and 2001; failures inside a 200; 401",
    "S6": "All fields of a request",
    "S7": "Delivery reports: six statuses, deliveredAs",
    "S8": "Inbound text, binary, whatsapp",
    "S9": "Segments and encoding counted, before and after the send",
    "G1": "MAC authentication: HMAC-SHA256, a fresh nonce and time on every attempt, proved by the official vector",
    "G2": "WhatsApp text with preview_url",
    "G3": "Template with parameters",
    "G4": "Image",
    "G5": "Video",
    "G6": "Document with filename",
    "G7": "Audio",
    "G8": "Location",
    "G9": "Sticker",
    "G10": "Content types and size limits of the table, checked against the media before the call",
    "G11": "Capability of numbers",
    "G12": "Incoming list and get with every filter and paging; polled into inbound events, the cursor moves last",
    "G13": "Outgoing list and get; polled into status updates",
    "G14": "Opt-in list",
    "G15": "Opting numbers in, the blacklist honoured",
    "G16": "200 400 401 402 403 404 405 406 415 and every shape of error body",
    "X1": "Service key and HS256 JWT; every region's host",
    "X2": "SMS text, flash, binary, unicode; sender; DLT template id",
    "X3": "Voice: call flow or prompt, caller",
    "X4": "In-app messages with attachment, quick replies, notification",
    "X5": "Push to android, ios, web; interactive",
    "X6": "Messenger text, attachment, template, quick replies",
    "X7": "WhatsApp of every type, templates with every form of parameter",
    "X8": "Apple Messages: text, rich link, list, time picker, quick reply, invitation",
    "X9": "Batches of up to 1000 destinations, a reference and a result each, only the refused tried again",
    "X10": "Templates of the platform with parameters",
    "X11": "Receipts of every channel, the signature of outbound webhooks",
    "X12": "callbackData, expiry",
    "X13": "Smart links: {{link_N}}, validity",
    "X14": "Contact policy: group, consent, frequency cap, codes 9000-9010",
    "X15": "Every table of codes, by channel and code",
    "X16": "Inbound payloads of every channel",
    "X17": "RCS and SMS through v2",
    "X18": "Every kind of destination",
    "H1": "tokenByAkSk with X-Token-Expire, the answer in strings, cached",
    "H2": "Bearer and x-app-key",
    "H3": "Text, image, audio, video, location, with Huawei's own limits",
    "H4": "Template, its data, language",
    "H5": "Media template: header, placeholders, buttons",
    "H6": "bulkId, several destinations with their messageIds; ids sent and returned both kept",
    "H7": "sendAt",
    "H8": "scenarioKey",
    "H9": "Status object with any group, the table of statuses, a duplicate id after an unclear try means sent",
    "H10": "400 401 404 500 with any body or none; 500 is not blindly tried again",
    "H11": "Reports and inbound messages with AccountKey",
    "F1": "One send model over at least seven channels, rich types",
    "F2": "Raw override for one provider or channel",
    "F3": "Documented degradation, text fallback of a card, strict",
    "F4": "Dry run: POST /v1/messages/validate",
    "F5": "Fallback plan over channels and providers",
    "F6": "Routing: the tenant's ordered accounts of a channel",
    "F7": "Capability check before a step, cached",
    "F8": "Statuses that never go back, raw history kept",
    "F9": "One error vocabulary, the provider's own code kept",
    "F10": "Idempotency-Key, 72 hours, accept is atomic",
    "F11": "Inbound dedupe; duplicates without an id flagged, never dropped",
    "F12": "Schedule, cancel",
    "F13": "Expiry per message",
    "F14": "Delivery window and quiet hours",
    "F15": "Frequency cap per recipient and class",
    "F16": "Consent ledger, STOP and START",
    "F17": "WhatsApp window",
    "F18": "Templates: registry, translations, versions",
    "F19": "Batches up to 1000 recipients with variables each",
    "F20": "Lanes, per-account rate limit, Retry-After",
    "F21": "Media: upload, from URL, sniffed, fetched inbound, served by short-lived URL",
    "F22": "Smart links",
    "F23": "Cost per message, totals, budget stop",
    "F24": "Events on EventBridge, JSON Schema of each; signed callbacks, retried for 75 hours, listed and replayed",
    "F25": "Intake by HTTP, SQS, EventBridge",
    "F26": "Provider exchanges kept, herald explain",
    "F27": "Recipients as a set of addresses",
    "F28": "Replies correlated, conversation view",
    "F29": "Simulators of the providers",
    "F30": "Tenants: keys, scopes, limits, test keys that never reach a provider",
    "F31": "Content retention, erase one person everywhere",
    "F32": "Console in the browser",
    "F33": "OpenAPI 3.1",
    "F34": "herald doctor",
    "F35": "Compatible front doors",
    "F36": "No compute when idle",
}

REQUIRED = tuple(name for name in TITLES if name[0] != "F")

SECTIONS: Mapping[str, str] = {
    "W": "websms Messaging API",
    "S": "websms SMS REST API",
    "G": "SMSGlobal WhatsApp",
    "X": "Webex Connect",
    "H": "Huawei AICC",
    "F": "The gateway, as far as it is proved",
}

HEAD = """\
# Features

Each line of the feature list with the tests that prove it. `python -m tests.features` writes this page from their
marks, `@pytest.mark.feature("W1")`; it is never written by hand. A number is how many cases a test has.
"""

type Proofs = Mapping[str, Counter[str]]
"""By feature, the tests that prove it and how many cases each has."""


class Marks:
    """A plugin that notes the marks of this name on every test that is collected, before any is deselected."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.proofs: dict[str, Counter[str]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            test = re.sub(r"\[.*", "", item.nodeid, flags=re.DOTALL)
            for feature in {name for mark in item.iter_markers(self.name) for name in mark.args}:
                self.proofs.setdefault(feature, Counter())[test] += 1


def collect(name: str = "feature") -> Proofs:
    """Looks through all tests for marks of this name, without running one."""
    marks = Marks(name)
    told = StringIO()
    with redirect_stdout(told):
        failed = pytest.main(["--collect-only", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"], plugins=[marks])
    if failed:
        raise SystemExit(f"the tests cannot be collected:\n{told.getvalue()}")
    return marks.proofs


def mistakes(proofs: Proofs) -> list[str]:
    """What is wrong with the marks: rows without a test, marks without a row."""
    missing = [f"no test proves {name}: {TITLES[name]}" for name in REQUIRED if name not in proofs]
    unknown = [f"{name} is no line of the list, but {', '.join(proofs[name])} prove it" for name in proofs]
    return missing + [line for name, line in zip(proofs, unknown, strict=True) if name not in TITLES]


def page(proofs: Proofs) -> str:
    """The whole page."""
    parts = [HEAD]
    for letter, title in SECTIONS.items():
        names = [name for name in TITLES if name[0] == letter and (name in proofs or name in REQUIRED)]
        if names:
            rows = "\n".join(_row(name, proofs.get(name, Counter())) for name in names)
            parts.append(f"## {title}\n\n| id | feature | proved by |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def _row(name: str, tests: Counter[str]) -> str:
    proved = [f"`{test.removeprefix('tests/')}`{f' ({cases})' if cases > 1 else ''}" for test, cases in tests.items()]
    return f"| {name} | {TITLES[name]} | {'<br>'.join(sorted(proved)) or '**nothing**'} |"


def main(arguments: list[str]) -> str | None:
    """Writes the page; with `--check` only says what is wrong with the one that is kept."""
    proofs = collect()
    wrong = mistakes(proofs)
    if "--check" not in arguments:
        PAGE.write_text(page(proofs))
    elif not PAGE.exists() or PAGE.read_text() != page(proofs):
        wrong.append("docs/features.md is stale: python -m tests.features")
    return "\n".join(wrong) or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
