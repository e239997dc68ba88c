"""A build that is given again, and its atlas -> the atlas as that build would make it now.

In come settings, files and the atlas, out goes the atlas with what has changed done anew, in its
place when it is whole. What cannot be kept apart so is refused, with what differs.
"""
