"""
Does a test notice when what decides is changed? `python -m tests.mutants`, which `make mutants` calls.

One small change at a time is made to a module (`changes`), and the tests that guard it (`guards`) have to fail.
"""
