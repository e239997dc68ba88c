"""Fingerprints -> the k most similar rows of every row.

In comes an (n, d) matrix that may be memory-mapped, out come (n, k) rows and cosines. Searches are
exact, or their recall is measured; nothing is drawn here.
"""
