"""What comes from outside and is not believed: files of a folder, and what is in them.

In come names, bytes and what was promised of them, out come files, arrays, tables, pictures and
plain data that keep the promise, or an error that says where they do not. What they mean is not
known here.
"""
