"""
Webex Connect, played locally: Messaging API v1 on every channel, v2 for SMS, RCS and voice, receipts, and what users
write.

    POST /resources/v1/messaging     an envelope or an array of them → {"response": [{code, transid, description}, …]}
    POST /v2/messages                → 201 {requestTimestamp, messageId, correlationId, status}
    GET  /v2/messages/{id}           the message with its last status
    GET  /s/{token}                  a smart or shortened link, followed; a shortened one may bring a Clicked
    GET  /v1/download-media?path=…   a file that a user sent

What surprises: v1 answers HTTP 200 whatever happens; the whole request refused is an object, single destinations are
items of an array, and one bad destination does not touch the others. Codes are texts and mean different things on
different channels. Receipts spell their statuses as they like: Submited, Un-Delivered, Released.

Credentials: service key `sim-key` in the header `key`, or a JWT (HS256) with `iss` SIMSERVICE over the secret
`c2ltLXNlY3JldC1vZi10aGUtc2VydmljZQ==`, decoded. `sim-inactive` is a service that is not live.

Recipients that force an outcome (`magic.py`), as a phone number or anywhere in another identifier:

    +43 660 9999 CCCC   sim-refuse-CCCC   the item is refused with the request code CCCC
    +43 660 9997 CCCC   sim-once-CCCC     the same, the first time only
    +43 660 9998 CCCC   sim-fail-CCCC     accepted, then a receipt of failure with the code CCCC of the channel
    +43 660 9998 00NN   sim-fate-NAME     accepted, then

    01 delivered (never read)    06 submitted (never delivered)    11 hang_up          (11 to 15: calls)
    02 read                      07 delivered_only                 12 busy
    03 failed                    08 clicked                        13 no_answer
    04 never_reported            09 failed_late                    14 hang_up_ringing
    05 expired                   10 unknown_word                   15 trombone

Invented, since the documents leave it open, and mostly a setting: one item a destination (`items_per`) and the answer
of v2 to several recipients (`v2_answer`); the order of checks; that failures of WhatsApp content which only Meta sees
are receipts; where contact policy codes other than 9000 and 9001 come (receipts), and that RCS is `text` to a policy;
7020 over a sliding second; 7004 for an unknown smart link; what of an envelope counts for the 4 KB; the elements of
`deliveryTransInfo`; whether Submitted precedes Failed; Meta's codes beside most of WhatsApp's; business-scoped ids,
device ids and carriers; 401 for a file without its key; the prefix of `x-hub-signature`; that notify URLs are unsigned.
In-app typing and thread alerts are `type` in the block; in RCS a file is called `media`, a card `standalone`. Not
played: email and MMS through v2, SMS API v1, events, the contact policy's own API.

To the kit's control API it adds `PUT /_control/groups/{id}`, a contact policy group (`contact_policy.py`); `GET` shows
them. `inbound/order.py` describes what users can be told to write, `settings.py` everything that can be changed.

`python -m local.simulators.webex_connect --port 8703` starts it; `create_app(Settings(...))` is the same as an ASGI
app.
"""

from local.simulators.webex_connect.app import create_app
from local.simulators.webex_connect.settings import Paths, Settings

__all__ = ["Paths", "Settings", "create_app"]
