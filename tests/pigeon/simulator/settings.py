"""
What can be changed about Pigeon Post, and what it remembers.
"""

from dataclasses import dataclass

from local.simulators import kit


class Urls(kit.WebhookUrls):
    """Where notes of people go, and flights of calls that name no address of their own."""

    status: str = ""
    inbound: str = ""


class Settings(kit.Settings):
    """`strict` refuses a recipient that is not written with its plus."""

    flights_path: str = "/v1/flights"
    picture_path: str = "/v1/pictures/{picture}"
    api_key: str = "sim-key"
    webhook_secret: str = "sim-secret"
    lofts: tuple[str, ...] = ("Loft 7",)
    webhook_urls: Urls = Urls()


class State(kit.State[Settings]):
    """The pictures that people sent, by their ids."""

    urls: Urls

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.pictures: dict[str, bytes] = {}

    def forget(self, *, everything: bool) -> None:
        """Pictures are gone when everything is."""
        if everything:
            self.pictures.clear()


@dataclass
class Call(kit.Call[State]):
    """Nothing more than the kit's."""
