"""Herald: one messaging API over many providers. The layer that every function shares."""

VERSION = "0.1.0"
"""What `GET /v1/health` and the API's description say; CHANGELOG.md tells what is in it."""
