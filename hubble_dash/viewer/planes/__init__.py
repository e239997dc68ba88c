"""Positions -> how points lie on the map and on the sky.

In come coordinates, out come an order along a curve, places on the sky's map, coarse places that
take four bytes a point, and what stands for parts of the map. Nothing here knows of an atlas.
"""
