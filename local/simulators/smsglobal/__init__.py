"""
SMSGlobal, played locally: the WhatsApp part of its REST API v2, whose public documents print everything but the paths.

    POST /v2/whatsapp/capability   {"numbers": […]} → {"capabilities": [{name, number, capable, blacklist}]}
    GET  /v2/whatsapp/incoming     {"messages": [{id, from, to, message, createdDate}]}; also /{id}
    GET  /v2/whatsapp/message      {"messages": [{id, recipient, status, state, message, createdDate}]}; also /{id}
    POST /v2/whatsapp/message      {"to": […], "message": "…"} → one such Message, status success, state queued
    GET  /v2/whatsapp/opt-in       {"optIn": [{name, number, capable, blacklist}]}
    POST /v2/whatsapp/opt-in       {"opt-in": [{name?, number}]} → as above

What surprises: there are no webhooks. A message's state changes by time, and incoming messages lie there; only who
lists them is told. Every call is signed (`mac.py`), by API key `sim-key` and secret `sim-secret`; a bad signature is
403 in plain text that never says why, but the record of the call does: `facts.denied` in `GET /_control/calls`.

Recipients that force an outcome (`magic.py`): +61 499 990 CCC is answered HTTP CCC (400 to 599); +61 499 991 FFF is

    001 delivered, never read      005 no_capability              009 dispatched, and stays so
    002 read                       006 sent, then deleted         010 dispatched, then an unknown word
    003 failed                     007 sent, and stays so         011 blacklisted, failed
    004 no_opt_in                  008 queued, and stays so

Invented, since the documents leave it open, and mostly a setting: the paths; the values of `status` and `state` and
which goes with which (Sinch's, whose API lies underneath); the form of createdDate and of error bodies (SMS v2's); the
order of lists; 300 seconds between `ts` and the clock; the answer to several destinations; that the file behind a `url`
is looked at only after the answer; that a message to a blacklisted number fails; the members of a sticker.

To the kit's control API it adds `GET /_control/outgoing`, all sent messages, and `PUT /_control/outgoing/{id}` with
`{"state": …, "status": …}`, which moves one; `inbound.py` says what `POST /_control/inbound` takes.

`python -m local.simulators.smsglobal --port 8702` starts it; `create_app(Settings(...))` is the same as an ASGI app.
"""

from local.simulators.smsglobal.app import create_app
from local.simulators.smsglobal.settings import Paths, Settings

__all__ = ["Paths", "Settings", "create_app"]
