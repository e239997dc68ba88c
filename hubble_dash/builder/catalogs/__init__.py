"""The user's tables and vectors -> columns by row of image, with their units checked.

In come files of other people's making, out come degrees, pixels, names and matrices. What cannot be
understood is refused with the words to type next.
"""
