"""
Faults as the kit has them, in the words of websms.
"""

from pydantic import ConfigDict, Field

from local.simulators import kit
from local.simulators.kit import FaultKind

__all__ = ["Fault", "FaultKind"]


class Fault(kit.Fault):
    """`status_code` chooses the error document of an `answer`; without it the HTTP status does, where it can."""

    model_config = ConfigDict(serialize_by_alias=True)

    code: int | None = Field(default=None, alias="status_code")
