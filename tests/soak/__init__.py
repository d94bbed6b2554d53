"""
A long run against the deployed bundle: `python -m tests.soak --minutes 30`, which `make soak` calls.

As many messages as fit are sent while workers are killed, records come twice and late, and the provider throttles,
hangs, garbles its answers and reports in disorder. Then everything is left alone until it is quiet, and counted.
"""
