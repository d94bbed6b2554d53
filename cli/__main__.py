"""`python -m cli` is the command `herald`."""

from cli.app import main

main()
