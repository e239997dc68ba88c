"""argv -> one call each of the public API.

In come words, out go lines on the screen and an exit status. Only this room prints and exits.
"""
