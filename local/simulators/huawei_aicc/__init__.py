"""
Huawei AICC (also CEC, 云客服), played locally: tokenByAkSk and sendWhatsappMessage.

    POST /apigovernance/api/oauth/tokenByAkSk               {"app_key", "app_secret"}, X-Token-Expire: 1..3600
    POST /apiaccess/rest/ccmessaging/omni/1/advanced        Authorization: Bearer …, x-app-key: the same app_key

Credentials: app_key `sim-app-key`, app_secret `sim-app-secret`; pushes carry `AccountKey: sim-account-key`.
`python -m local.simulators.huawei_aicc --port 8704` starts it; `create_app(Settings(...))` is the same as an ASGI app.

Magic recipients (`magic.py` makes them), each told by its last four digits; one call can mix them:

    +43 660 9999 GIII    the destination is answered group G, id III: 5012 no credits, 5023 duplicate, 9001 send-test
    +43 660 9998 FFFF    taken; 0001 delivered, 0002 seen, 0003 failed, 0004 silence, 0005 expired, 0007 rejected,
                         0008 deleted, 0009 operator then handset, 0010 pending, 0011 seen without delivered
    +43 660 9997 GIII    taken, then reported group G, id III
    +43 660 9996 EEEE    taken, then undeliverable with the error EEEE: 7010 no session
    +43 660 9995 0HHH    the whole call is answered 400, 401, 404 or 500; 1HHH after everybody was taken

Control beside the kit's: `POST /_control/release` sends what waits for its `sendAt`; `idle` waits for that too. Inbound
orders are `inbound.InboundOrder`, webhook URLs `report` and `inbound`.

Written from Huawei's page of the interface, and where that is silent from Infobip's OMNI API, whose body it passes
through. Huawei documents no value of a status, no error body and no callback. So these are inventions, and settings:
the JSON of a failed token call, the life of a token that names none, 401 for a foreign `x-app-key`, whether a wrong
value is 500 (the page's hint) or 400, the shape of error bodies, the refusal of a repeated messageId (only one that was
taken counts), what happens to one bad number, ids of the answer that differ from those sent, registered templates, the
check of media, and every push: there is none until a webhook URL is set, and no retry schedule is AICC's own (Infobip's
is 1 minute, and 1 minute times n² more; here the kit's short one).
"""

from local.simulators.huawei_aicc.app import create_app
from local.simulators.huawei_aicc.settings import Paths, Settings, WebhookUrls

__all__ = ["Paths", "Settings", "WebhookUrls", "create_app"]
