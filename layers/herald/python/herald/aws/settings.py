"""
What the template tells a function, read once when its `app.py` is loaded.

Nothing else in Herald reads the environment.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """
    Names and figures of this deployment; a queue that a function does not use is the empty string.

    `watchdog`, `grace`, `receipt`, `lease` and `media_wait` are in milliseconds, `retention` is in seconds.
    """

    stack: str
    table: str
    bucket: str = ""
    event_bus: str = ""
    intake_queue: str = ""
    transactional_queue: str = ""
    bulk_queue: str = ""
    media_queue: str = ""
    callback_queue: str = ""
    spill_queue: str = ""
    signing_secret: str = ""
    secret_prefix: str = ""
    log_level: str = "INFO"
    watchdog: int = 900_000
    grace: int = 600_000
    receipt: int = 86_400_000
    lease: int = 35_000
    media_wait: int = 60_000
    retention: int = 90 * 86_400
    unsafe_local_hosts: frozenset[str] = frozenset()

    @property
    def provider_timeout(self) -> float:
        """
        Seconds that a provider may take to answer.

        Short enough for two calls, the second after a renewed token, within the life of a deliver worker (whose
        timeout is five seconds less than its lease).
        """
        return min(10.0, (self.lease / 1000 - 5) / 2.5)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Raises KeyError naming the variable that the template forgot, ValueError for one that is no number."""
        get = environment.get
        return cls(
            stack=environment["STACK"],
            table=environment["TABLE"],
            bucket=get("BUCKET", ""),
            event_bus=get("EVENT_BUS", ""),
            intake_queue=get("INTAKE_QUEUE", ""),
            transactional_queue=get("TRANSACTIONAL_QUEUE", ""),
            bulk_queue=get("BULK_QUEUE", ""),
            media_queue=get("MEDIA_QUEUE", ""),
            callback_queue=get("CALLBACK_QUEUE", ""),
            spill_queue=get("SPILL_QUEUE", ""),
            signing_secret=get("SIGNING_SECRET", ""),
            secret_prefix=get("SECRET_PREFIX", ""),
            log_level=get("LOG_LEVEL", "INFO"),
            watchdog=int(get("WATCHDOG_SECONDS", "900")) * 1000,
            grace=int(get("GRACE_SECONDS", "600")) * 1000,
            receipt=int(get("RECEIPT_SECONDS", "86400")) * 1000,
            lease=int(get("LEASE_SECONDS", "35")) * 1000,
            media_wait=int(get("MEDIA_WAIT_SECONDS", "60")) * 1000,
            retention=int(get("RETENTION_DAYS", "90")) * 86_400,
            unsafe_local_hosts=frozenset(get("UNSAFE_LOCAL_HOSTS", "").lower().replace(",", " ").split()),
        )
