"""Whether an atlas, a page or a report folder is what it says it is; above both wings.

In comes a path, out comes a value: what was checked, what is off, what could not be looked at.
Nothing that is verified is believed, and none of it is executed.
"""
