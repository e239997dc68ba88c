"""Parent images with all their pixels -> tiles of them at several sizes, in files or one by one.

In come rows or parts of an image as it is shown, out come JPEG tiles, or files of them. Where its
pixels come from is for others to say, since nothing here may read what an atlas was made of.
"""
