"""Atlas -> page: one HTML file, a report folder, or `panel serve`.

In comes an atlas, out comes one page with three doors; `page` puts it together. Nothing here knows
the builder, and the atlas is never changed.
"""
