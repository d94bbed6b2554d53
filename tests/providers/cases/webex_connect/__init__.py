"""
Webex Connect: a table of eight channels, two versions of an API, and all that it calls back with.
"""

from herald.provider import Response
from tests.providers.cases.webex_connect import (
    answers,
    apple,
    attempts,
    envelope,
    everywhere,
    in_app,
    inbound,
    messenger,
    push,
    rcs,
    receipts,
    signatures,
    sms,
    unsaid,
    voice,
    whatsapp,
)
from tests.providers.cases.webex_connect.shared import ACCOUNT, HELLO, SECRETS, queued, refusal
from tests.providers.harness import Table

TABLE = Table(
    account=ACCOUNT,
    secrets=SECRETS,
    hello=HELLO,
    accepted=queued(),
    report=receipts.report,
    words=receipts.WORDS,
    acknowledgement=Response(200),
    refusals={str(code): refusal(code) for code in answers.CODES},
    results=answers.results,
    withheld=frozenset({"correlationid", "correlationId"}),
    cases=[
        *envelope.CASES,
        *attempts.CASES,
        *everywhere.CASES,
        *unsaid.CASES,
        *sms.CASES,
        *voice.CASES,
        *in_app.CASES,
        *push.CASES,
        *messenger.CASES,
        *whatsapp.CASES,
        *apple.CASES,
        *rcs.CASES,
        *answers.CASES,
        *receipts.CASES,
        *signatures.CASES,
        *inbound.CASES,
    ],
)
