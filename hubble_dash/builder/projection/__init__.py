"""Neighbours and fingerprints -> the map, (n, 2), with how far it is to be trusted.

In comes the graph that the gallery uses too, out come positions on a plane. A method is a module
here and a branch in `layout`.
"""
