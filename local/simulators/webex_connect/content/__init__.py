"""
The content of each channel, checked: one module a channel.
"""
