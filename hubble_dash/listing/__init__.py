"""Rows of an atlas -> what other tools open: tables, regions, a list of files; tags come back.

In come an atlas and rows, out go the texts of files. A further format is a function in `formats`.
A file of tags and an atlas give an atlas with a column more.
"""
