"""Analysis of content and text for each platform: text in, values out.

No database, no clock, no network, no chance: the same input gives the same output everywhere. Importing any
module here loads none of the heavy libraries; analysing the first text does.
"""
