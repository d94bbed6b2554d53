"""
What a test or a tour may change about the simulator.

Every path that is inferred is a field of `Paths`, so that an account's path overrides can be proved. All of
it can be changed while running with `PATCH /_control/settings`; the routes are then rebuilt.
"""

from typing import Self

from pydantic import Field

from local.simulators import kit
from local.simulators.kit import Frozen

MEBIBYTE = 1024 * 1024


class Paths(Frozen):
    """Where each operation lives; `{applicationId}` and `{mediaId}` are read from the URL."""

    token: str = "/oauth/token"  # noqa: S105
    whatsapp_text: str = "/messaging/whatsapp/send_text"
    whatsapp_media: str = "/messaging/whatsapp/send_media"
    whatsapp_template: str = "/messaging/whatsapp/send_template"
    rcs_send: str = "/messaging/rcs/{applicationId}/messages"
    rcs_capabilities: str = "/messaging/rcs/{applicationId}/contactCapabilities"
    media_upload: str = "/messaging/media"
    media_download: str = "/messaging/media/{mediaId}"
    sms_prefixes: tuple[str, ...] = ("/rest", "/json")
    sms_text: str = "/smsmessaging/text"
    sms_binary: str = "/smsmessaging/binary"
    sms_simple: str = "/smsmessaging/simple"


class WebhookUrls(kit.WebhookUrls):
    """
    Where webhooks go; empty means nowhere.

    `status` and `inbound` belong to the Messaging API and can differ per application (`applications`, keyed by UUID in
    any case). `sms_report` is used only where a request names no `notificationCallbackUrl`.
    """

    status: str = ""
    inbound: str = ""
    sms_report: str = ""
    sms_inbound: str = ""
    applications: dict[str, dict[str, str]] = Field(default_factory=dict)

    def merged(self, given: Self) -> Self:
        """Applications are added to those there are."""
        return super().merged(given).model_copy(update={"applications": {**self.applications, **given.applications}})

    def for_application(self, kind: str, application_id: str) -> str:
        own = {key.lower(): urls for key, urls in self.applications.items()}.get(application_id.lower(), {})
        return str(own.get(kind) or getattr(self, kind))


class Settings(kit.Settings):
    """Lengths are in characters, sizes in bytes; `strict` refuses numbers without `+`, `"2"` for 2 and null members."""

    paths: Paths = Paths()
    webhook_urls: WebhookUrls = WebhookUrls()

    clients: dict[str, str] = Field(default={"sim-client": "sim-secret"})
    token_seconds: float = 300
    sms_users: dict[str, str] = Field(default={"sim-user": "sim-password", "inactive": "inactive"})
    inactive_sms_users: tuple[str, ...] = ("inactive",)
    sms_tokens: tuple[str, ...] = ("sim-access-token",)

    applications: tuple[str, ...] = ()
    """UUIDs of the known applications; empty takes any UUID."""
    sms_senders: tuple[str, ...] = ()
    """Addresses assigned to the account; empty takes any well-formed one."""
    templates: dict[str, dict[str, str]] = Field(default={})
    """Name to locale to text with `{{1}}`; empty takes any name and counts the placeholder values alone."""
    default_application: str = "97ab27fa-30e2-43e3-92a3-160e80f4c0d5"
    whatsapp_number: str = "+436991234567"
    sms_number: str = "0828270990000"

    http_statuses: dict[int, int] = Field(default={})
    """Other HTTP statuses for statusCodes of the Messaging API; the documents leave most of them open."""
    echo_client_message_id: bool = True
    """False answers null, as the documented sample does."""
    client_message_id_max: int = 255
    enforce_window: bool = False
    """True answers 4400 to WhatsApp text unless the recipient wrote within `window_seconds`."""
    window_seconds: float = 24 * 3600

    rcs_accepted_http: int = 200
    rcs_content_code: int = 0
    """The statusCode of bad RCS content; 0 passes the MaaP code on (websms documents none)."""
    rcs_errors_as_reason: bool = False
    """True answers bad RCS content the GSMA way, `{"reason":{"code","text"}}`."""
    rcs_text_max: int = 0
    rcs_capabilities: tuple[str, ...] = ("chat", "fileTransfer", "geolocationPush", "chatBotCommunication")

    media_max_bytes: int = 16 * MEBIBYTE
    media_store_bytes: int = 256 * MEBIBYTE

    sms_queued_from: int = 100
    """From so many recipients on, 2001 (queued) instead of 2000 (sent); the real threshold is unknown."""
    sms_count_sums_recipients: bool = False
    sms_max_priority: int = 9

    read: bool = True
    """Whether delivered WhatsApp and RCS messages are read."""
