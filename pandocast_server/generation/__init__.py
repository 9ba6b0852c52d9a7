"""Analysis of content and text for each platform: text in, values out.

No database, no clock, no network, no chance: the same input gives the same output everywhere.
"""
