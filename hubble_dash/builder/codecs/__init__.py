"""What libraries do not say, or say wrongly, of the formats of pictures.

In come bytes of a file or a page of it, out go sizes, depths and pixels as the format's standard
has them; nothing is opened here.
"""
