"""Ways to run a network, and the choice of the fastest that gives the same fingerprints.

In come a network and 8-bit pictures, out come features and scores. A backend changes how fast
numbers come, never what they mean; `autotune` measures that.
"""
