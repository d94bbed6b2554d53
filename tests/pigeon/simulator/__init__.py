"""
Pigeon Post, played locally: its API 1, of which nobody ever wrote a document.

    POST /v1/flights             {"channel", "loft", "pigeons": [{"to", "ring"}], "text" or "picture", "tell"}
                                 → 202 {"pigeons": [{"ring", "id", "code"}, …]}, one for each, or {"code"} for all
    GET  /v1/pictures/{picture}  a picture that somebody sent

Credentials: bearer `sim-key`; what it posts is sealed by `sim-secret` (header `X-Pigeon-Seal`) and acknowledged by a
200 with the body `coo`.

Recipients that force an outcome: +43 660 888 CCCC is answered with code CCCC; +43 660 889 000n is

    1 released, then lost        2 shooed at once        3 released, resting, landed

Everything else lands. `POST /_control/inbound` takes {"sender", "to", "channel", "text", "picture"}, the last one in
base64.

Nothing of it is inferred, since all of it is invented.
"""

from tests.pigeon.simulator.app import PigeonPost, create_app
from tests.pigeon.simulator.settings import Settings, State

__all__ = ["PigeonPost", "Settings", "State", "create_app"]
