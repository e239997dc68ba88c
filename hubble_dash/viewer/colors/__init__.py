"""Columns of the atlas -> the colours of points, with their legends.

In come columns, out come codes, palettes and ramps that the page and the tiles share. A new way to
colour is added here once, for both.
"""
