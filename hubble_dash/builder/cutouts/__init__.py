"""Image -> boxes, what is shown of them, and where they lie on the sky.

In comes an open image, out come boxes and 8-bit display values, after the user's processing steps.
Pixels on disk are never touched.
"""
