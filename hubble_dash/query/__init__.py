"""A line of text -> which rows it means: ``FILTER == "F814W" and EXPTIME > 1000``.

In come a query and columns, out goes a truth for each row, or an error that points at its place.
``docs/query.md`` is the grammar; ``templates/browser/query`` is the same for the page.
"""
