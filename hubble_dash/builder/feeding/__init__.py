"""Many files -> their cutouts, read ahead by threads or processes, in order.

In come paths, out come images with their cutouts, thumbnails and previews. What cannot be read
comes out as an error in its turn; nothing is written.
"""
