"""Affinities of points -> their places on the plane: t-SNE's forces, as tensors on any device.

In comes a sparse matrix of affinities with places to begin from, out come the places to which the
forces move them. All sums are in a fixed order on a processor, so that a second run gives the same.
"""
