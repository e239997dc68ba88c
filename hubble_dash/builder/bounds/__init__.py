"""A file of unknown origin -> its pixels, or an error: never the end of the build, or of memory.

In come readers of files, out go what they give or an `ImageError`; how much memory and time one
file may take is settled here and nowhere else.
"""
