"""The pictures of README and docs: what is done on which page before each is taken.

All are of real pages in Chromium, used as people use them.
"""
