"""Atlases -> a site of their reports, for any host of plain files.

In come atlases, out comes a folder with a page of all, a report of each, and pictures that stand
for them. It is replaced whole, or not at all.
"""
