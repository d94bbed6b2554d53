"""
The providers, played locally. Nothing here imports Herald: two readings of one document must meet on the wire.
"""
