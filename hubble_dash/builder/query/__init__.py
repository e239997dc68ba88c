"""An image from outside, or a turned cutout -> its fingerprint as the atlas would have it.

In come an atlas and pixels, out comes a vector that `Atlas.similar` takes. The recipe is read from
the manifest; the atlas is not changed.
"""
