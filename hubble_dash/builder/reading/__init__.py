"""A file -> `Image`: pixels by box, place on the sky, metadata.

In comes a path, out comes an open image that never shows how it is stored. A new format is a module
here and a line in `image`; files are only read.
"""
