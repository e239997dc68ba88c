"""Rows of an atlas -> what other tools open: tables, regions, a list of files.

In come an atlas and rows, out go the texts of files. A further format is a function in `formats`.
"""
