"""Page -> files: one HTML file, or a report folder.

In comes an atlas, out come files that open from disk with no network. What stood under the name
before is replaced only by something whole.
"""
