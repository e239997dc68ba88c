"""Files -> Atlas: images are read and cut, fingerprinted, searched, laid out, and sealed.

In come files and `BuildSettings`, out comes an atlas; `build` alone knows the order.
The rooms below are listed from the ground up in the architecture; nothing here knows the viewer.
"""
