"""The tables of other people's tools -> columns with their kinds, units and meanings.

In come files told apart by content, out come pandas' columns in which no number has lost a digit.
What cannot be read is named as what it is.
"""
