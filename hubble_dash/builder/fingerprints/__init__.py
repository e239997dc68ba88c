"""Cutouts -> fingerprints, by a network or from the user's own vectors.

In come 8-bit cutouts, out come (n, d) features and labels. What the network sees of them is settled
in `views`, how it is run in `backends`.
"""
