"""Parent images with all their pixels -> tiles of them at several sizes, a piece each.

In come bands of rows as an image is shown, out come JPEG tiles and files of them. Where the bands
come from is for others to say, since nothing here may read the files that an atlas was made of.
"""
