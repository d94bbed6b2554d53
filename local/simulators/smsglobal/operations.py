"""
What the API can be asked, and by which name faults and records call it.
"""

from enum import StrEnum


class Operation(StrEnum):
    CAPABILITY = "capability"
    LIST_INCOMING = "list_incoming"
    GET_INCOMING = "get_incoming"
    LIST_OUTGOING = "list_outgoing"
    GET_OUTGOING = "get_outgoing"
    SEND = "send"
    LIST_OPT_IN = "list_opt_in"
    OPT_IN = "opt_in"


POSTS = frozenset({Operation.CAPABILITY, Operation.SEND, Operation.OPT_IN})
