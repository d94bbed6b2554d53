"""
Where an account is: the hosts of its region (Webex Connect, "Know Your API Endpoints").

A tenant's own host name is for people; programs call `api.<region>.webexconnect.io`.
"""

from herald.errors import ConfigurationError
from herald.models import Account

REGIONS = ("ca", "eu", "uk", "us", "us1", "in", "au")


def base_url(account: Account) -> str:
    """Where the APIs are, without a slash at the end. Raises ConfigurationError: no region is anybody's default."""
    base, region = account.settings.get("base_url"), account.settings.get("region")
    if isinstance(base, str):
        return base.rstrip("/")
    if region not in REGIONS:
        raise ConfigurationError(
            f"account {account.name} needs setting region, one of {', '.join(REGIONS)}, or base_url"
        )
    return f"https://api.{region}.webexconnect.io"
