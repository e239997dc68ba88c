"""Atlas -> the data of a page: an index, and pieces along the map.

In come tables and arrays, out come JSON and base64 that `templates/browser/wire` reads. `schema` is
the contract between the two: whoever changes one side changes the other, and a test compares them.
"""
