"""
What a test or a tour may change about the simulator.

Nearly everything here is a setting because nobody documents it: Huawei's page names the members of the request and of
its answer, four HTTP statuses, and no error body, no duplicate rule, no callback.
"""

from typing import Literal

from pydantic import Field

from local.simulators import kit

MEGABYTE = 1024 * 1024


class Paths(kit.Frozen):
    token: str = "/apigovernance/api/oauth/tokenByAkSk"  # noqa: S105
    send: str = "/apiaccess/rest/ccmessaging/omni/1/advanced"


class WebhookUrls(kit.WebhookUrls):
    """
    Where pushes go; empty is nowhere, as AICC promises none.

    All reports share one URL, as at Infobip. The documents' own path would be
    `/social/on/whatsapp/infobip/report/{channelId}` and `…/message/{channelId}`.
    """

    report: str = ""
    inbound: str = ""


ErrorBody = Literal["infobip", "empty", "html", "result_code", "return_code", "error_code"]
Shape = Literal["aicc", "infobip"]


class Settings(kit.Settings):
    """
    Lengths are in characters, sizes in bytes.

    `strict` refuses with 400 what is else only remarked: unknown members, null, a number for a text, several kinds of
    content at once.
    """

    paths: Paths = Paths()
    webhook_urls: WebhookUrls = WebhookUrls()

    apps: dict[str, str] = Field(default={"sim-app-key": "sim-app-secret"})
    """The secret of each app_key."""
    x_app_keys: dict[str, str] = Field(default={})
    """The `x-app-key` of an app_key, where the API Fabric has another."""
    token_seconds: int = 600
    """The life of a token whose call has no `X-Token-Expire`; undocumented."""
    token_seconds_max: int = 3600
    clamp_token_seconds: bool = False
    """Give the nearest permitted life instead of refusing `X-Token-Expire`."""
    ip_refused: bool = False
    """Answer every call with the bare 403 page that callers from other addresses were seen to get."""

    bad_value_status: Literal[400, 500] = 500
    error_body: ErrorBody = "infobip"
    accepted_status: Literal["pending", "accepted", "pending_accepted", "send_test"] = "pending"
    """1/7, 0/0, 1/26, or the documents' sample 113/1."""
    rewrite_ids: bool = False
    """Answer ids of its own for messageId and bulkId, as the documents' sample may be read."""
    dedupes: bool = True
    """Answer 5/23 to a messageId that was taken before."""
    bad_number: Literal["call", "destination"] = "call"
    """Whether a phoneNumber that is none refuses the call or answers its destination 5/52."""

    destinations_max: int = Field(default=0, ge=0)
    """0 is no limit; none is documented."""
    text_max: int = Field(default=0, ge=0)
    """See `destinations_max`."""
    url_max: int = 2048
    place_max: int = 1000
    """Of `locationName` and of `address`."""
    send_at_max_days: int = 180
    templates: dict[str, dict[str, int]] = Field(default={})
    """Name to language to number of placeholders; empty takes any."""

    check_media: bool = False
    """Fetch the media of a message and refuse the call unless type and size are Huawei's."""
    image_max_bytes: int = 2 * MEGABYTE
    audio_max_bytes: int = 2 * MEGABYTE
    video_max_bytes: int = 10 * MEGABYTE
    media_timeout: float = 10.0

    push_shape: Shape = "aicc"
    """AICC's own reading of Infobip's webhooks, or what Infobip really sends."""
    account_key: str = "sim-account-key"
    """The webhook password, sent as the header `AccountKey`; empty sends none."""
    whatsapp_number: str = "436991234567"
    seen: bool = True
    """Whether delivered messages are seen."""
