"""Cutouts and fingerprints -> the folder of a build, from which it goes on after a kill.

In comes what was made, out come files that are whole or not there. Only this room writes into the
folder of an unfinished build.
"""
