"""
What users write: one module a channel, each with the events of its outbound webhook.
"""
