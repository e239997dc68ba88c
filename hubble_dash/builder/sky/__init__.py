"""A header or the tags of a picture -> `Sky`: where pixels lie, in ICRS degrees.

In come a FITS header or AVM tags, out come positions and how far they can be trusted. A further
frame is a line in `frames`; a further check of what the library read stands in `agreement`.
"""
