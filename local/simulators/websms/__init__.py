"""
websms, played locally: the Messaging API (OAuth2, WhatsApp, RCS, media, webhooks) and the SMS REST API in one process.

Written from the provider's own documents; what they leave open is named in `docs/providers.md`. What surprises:
the two APIs disagree on purpose. The Messaging API answers real 4xx and 5xx; the SMS API answers HTTP 200 to everything
but bad credentials, and the same `statusCode` can mean different things in each.

`python -m local.simulators.websms --port 8701` starts it; `create_app(Settings(...))` is the same as an ASGI app.
`magic.py` explains the recipients that force an outcome, `control.py` the API under `/_control/`.
"""

from local.simulators.websms.app import create_app
from local.simulators.websms.settings import Paths, Settings

__all__ = ["Paths", "Settings", "create_app"]
