"""The map and fingerprints -> clusters, coarse to fine, with what lies in the middle of each.

In come an atlas's arrays and tables, out go the cluster of each cutout and what is said of each
cluster. `write` knows the order; an atlas has all of it or none.
"""
