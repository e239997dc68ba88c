"""Positions -> pictures of density, as tiles or for the view of a server.

In come positions and colours, out come PNG tiles and RGBA arrays, by Datashader. How dots look is
settled in `shading`, for tiles and server alike.
"""
