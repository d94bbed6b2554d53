"""
What a test or a tour may change about the simulator.

What no document says is a field here; all of it can be changed while running with `PATCH /_control/settings`.
"""

from typing import Literal

from pydantic import Field

from local.simulators import kit

_DAY = 24 * 3600


class Paths(kit.Frozen):
    """Where each operation lives; `{id}` and `{token}` are read from the URL."""

    send_v1: str = "/resources/v1/messaging"
    send_v2: str = "/v2/messages"
    get_v2: str = "/v2/messages/{id}"
    link: str = "/s/{token}"
    media: str = "/v1/download-media"


class Service(kit.Frozen):
    """Who may call: `id` is the JWT's `iss`, `secret` in base64 what signs it; not `live` is 7007."""

    id: str
    secret: str
    live: bool = True


# Secrets are the base64 of "sim-secret-of-the-service" and "sim-inactive".
_SERVICES = {
    "sim-key": Service(id="SIMSERVICE", secret="c2ltLXNlY3JldC1vZi10aGUtc2VydmljZQ=="),  # noqa: S106
    "sim-inactive": Service(id="SIMINACTIVE", secret="c2ltLWluYWN0aXZl", live=False),  # noqa: S106
}
_SMART_LINKS = {"5": "https://example.com/offers", "7": "https://example.com/app"}
_AUTHORIZATIONS = {"TNPSIM0001": {"Authorization": "Basic c2ltOm5vdGlmeQ=="}}


class WebhookUrls(kit.WebhookUrls):
    """
    Where webhooks go; empty means nowhere.

    `notify` is the service's notify URL, used where a request names none. `receipts` is an outbound webhook: it gets a
    copy of every receipt. `inbound` is one too, for what users write; `channels` replaces it for single channels
    (`{"sms": …}`, in the words of `inbound.py`).
    """

    notify: str = ""
    receipts: str = ""
    inbound: str = ""
    channels: dict[str, str] = Field(default_factory=dict)


class Settings(kit.Settings):
    """Times are in seconds unless a name says otherwise, sizes in bytes, lengths in characters."""

    paths: Paths = Paths()
    webhook_urls: WebhookUrls = WebhookUrls()

    services: dict[str, Service] = Field(default_factory=lambda: dict(_SERVICES))
    """By service key."""
    jwt_seconds: float = 3600
    jwt_skew_seconds: float = 60
    """How far `iat` may lie ahead of our clock."""
    refused_http: dict[str, int] = Field(default_factory=dict)
    """Other HTTP statuses for refusals of the whole request by v1: `{"7001": 400}` is what some pages print."""
    allowed_addresses: tuple[str, ...] = ()
    """IPv4 or CIDR; empty allows all."""

    senders: tuple[str, ...] = ()
    """Sender ids of the account; empty takes any well-formed one."""
    sender_required: bool = False
    """The older page has it optional, the newer one mandatory."""
    apps: tuple[str, ...] = ()
    """App ids; empty takes any."""
    threads: tuple[str, ...] = ()
    """In-app threads; empty takes any."""
    customers: tuple[str, ...] = ()
    """Customer ids with a profile; empty takes any. Others fail with 7105."""
    templates: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Template id to the names of its parameters; empty takes any template with any parameters."""
    plus_required: bool = False
    """The tenant's "+E.164": numbers without + are 7102."""
    identity_hashes: dict[str, str] = Field(default_factory=dict)
    """WhatsApp id (digits) to its present identity hash; a request that names another fails with 7862."""
    enforce_window: bool = False
    """WhatsApp and Messenger: without a message of the user in `window_seconds`, 7710 and 7313."""
    window_seconds: float = _DAY

    items_per: Literal["destination", "address", "envelope"] = "destination"
    """What one item of v1's `response` stands for; no document says. `envelope` tells refusals in receipts."""
    sole_refusal_as_object: bool = False
    """True answers a lone refused item as an object, as the event API's samples do."""
    v2_answer: Literal["one", "list"] = "one"
    """The answer to several recipients, which no document shows: one object, or an array of them."""
    v2_partial_http: int = 201
    """With `list`, the status where some were refused; the voice page prints 201 beside "Partial Content"."""
    small_payload_bytes: int = 4096
    """Of push and in-app: the `channels` block or, strictly, the whole envelope."""
    schedule_seconds: float = 7 * _DAY
    expiry_refused: bool = True
    """An expiry in the past is 7005 at once; False accepts, and the receipt says so."""

    tps: int | None = None
    """Destinations a second; beyond, 7020 (v2: 429). None is unlimited."""
    burst: bool = False
    """Take up to 1.5 times as many, at most 100 more, for `burst_seconds_a_day`."""
    burst_seconds_a_day: float = 30 * 60

    smart_links: dict[str, str] = Field(default_factory=lambda: dict(_SMART_LINKS))
    """Link id to its long URL; any other id is 7004."""
    link_domain: str = ""
    """`https://host` of short URLs; empty is the address the request came to."""
    link_over_url: str = "https://example.com/over"
    """Where an expired link leads."""

    contact_policy: bool = True
    """Whether the contact policy app is enabled; 9000 where not."""

    read: bool = True
    """Whether delivered messages are read, where the channel can tell."""
    submitted_before_failed: bool = True
    """Whether Submitted precedes Failed; Un-Delivered always follows one."""
    receipt_statuses: dict[str, str] = Field(default_factory=dict)
    """`{"sms.7107": "Failed"}`: other words than the table's, where pages disagree."""
    timezone_minutes: int = 60
    """The tenant's offset from UTC, in which receipts are written; 0 writes Z."""
    region: Literal["us", "ca", "eu", "uk", "us1", "in", "au"] = "eu"
    """Of the tenant; Canada and India get no messageCount."""
    whatsapp_suffix: bool = True
    """Whether a WhatsApp receipt's transid ends in _0 where the answer's had no suffix."""
    correlate_receipts: bool = True
    """False leaves correlationid and callbackData empty in all receipts."""
    voice_uncorrelated: Literal["empty", "absent", "sent"] = "empty"
    """What DISCONNECTED and TROMBONE_* have of them; the documents name it a bug."""

    hub_secret: str = ""
    """Signs webhooks, not notify URLs unless `sign_notify` is set."""
    hub_algorithm: Literal["sha256", "sha512"] = "sha256"
    hub_prefix: bool = True
    """Whether the signature is preceded by `sha256=`."""
    sign_notify: bool = False
    https_only: bool = False
    """The real one posts to https alone; True lets http URLs go nowhere."""
    authorizations: dict[str, dict[str, str]] = Field(default_factory=lambda: dict(_AUTHORIZATIONS))
    """notifyurlAuthId to the headers it adds (`sim:notify`); an unknown id adds none."""

    secure_media: bool = False
    """Attachments ask for `media_key` in `x-imi-connect-media-api-key` once their URL is over."""
    media_seconds: float = 12 * 3600
    media_key: str = "sim-media-key"
    media_store_bytes: int = 64 * 1024 * 1024

    whatsapp_number: str = "436991234567"
    sms_number: str = "56263"
    app_id: str = "a_637818908588360000"
    """The app that inbound messages name unless the order does."""

    # Documented: three more attempts, 60 seconds apart.
    retry_seconds: float = 60
    retry_factor: float = 1
    retry_cap_seconds: float = 60
    retry_attempts: int = 4
