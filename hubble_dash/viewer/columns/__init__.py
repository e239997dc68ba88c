"""Tables of an atlas -> whole columns, as small as they can be, and what there is to say of each.

In come tables, out come typed arrays by row, texts, and entries of a page's index. What kinds of
columns there are is settled here, once for charts, filters, colours and the table of a page.
"""
