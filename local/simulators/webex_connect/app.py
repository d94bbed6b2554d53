"""
The simulator as an ASGI app.
"""

from starlette.applications import Starlette

from local.simulators.kit import build_app
from local.simulators.webex_connect.provider import WebexConnect
from local.simulators.webex_connect.settings import Settings
from local.simulators.webex_connect.state import State


def create_app(settings: Settings | None = None) -> Starlette:
    """Nothing is shared between two of them."""
    return build_app(WebexConnect(State(settings or Settings())))
