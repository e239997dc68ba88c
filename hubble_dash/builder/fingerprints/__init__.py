"""Cutouts -> fingerprints, by a network or from the user's own vectors.

In come 8-bit cutouts, out come (n, d) features and labels. What the network sees (views, borders,
pooling) is settled here; how it is run is settled in `backends`.
"""
