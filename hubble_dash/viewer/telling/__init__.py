"""What people write around the data -> what may stand in a page: text, style and logo.

In come files of the user, not believed, out come HTML and CSS that run nothing and ask no host, and
pictures as URLs that hold them.
"""
