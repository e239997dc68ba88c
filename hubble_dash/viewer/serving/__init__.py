"""An atlas and options -> a server of its page, by one process or several, until it is interrupted.

In come an atlas, addresses and who may see it, out goes a server that knows its sessions. Nothing
is answered here: that is what `served` is for.
"""
