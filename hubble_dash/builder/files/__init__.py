"""Names of files and folders -> the image files among them, and what was passed over.

In come words of the command line, out go paths, with notes on what was not taken; what a file holds
is told by its first bytes, and only files that are packed are read whole.
"""
