"""What a paper says of an atlas: how it was made, by whose work, and what to thank for.

In comes an atlas, and what its page is made with, out come sentences, BibTeX, and a table of
settings, versions and checksums. Only what was really used is named.
"""
