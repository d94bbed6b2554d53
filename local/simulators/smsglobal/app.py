"""
The simulator as an ASGI app.
"""

from starlette.applications import Starlette

from local.simulators.kit import build_app
from local.simulators.smsglobal.account import Account
from local.simulators.smsglobal.provider import SmsGlobal
from local.simulators.smsglobal.settings import Settings


def create_app(settings: Settings | None = None) -> Starlette:
    """The simulator as an ASGI app, with nothing shared between two of them."""
    return build_app(SmsGlobal(Account(settings or Settings())))
