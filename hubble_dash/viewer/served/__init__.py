"""Page -> live: the same page under `panel serve`, sharing one atlas among all sessions.

In come requests of browsers, out come pieces, thumbnails and density. What a browser sends is
checked and never believed.
"""
