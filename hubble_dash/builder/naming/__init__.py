"""Clusters and the tables of an atlas -> names that say what is special about each.

In come the cluster of each cutout, the user's columns and what every atlas has; out go names, and
in their place those that people gave. `names` decides; `given` and `kept` know what people said.
"""
