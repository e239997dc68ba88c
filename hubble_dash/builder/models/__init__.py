"""Names and files -> networks as PyTorch modules, with their weights and their input.

In comes a name of timm or a file, out comes a module that nothing random is left in. Nothing of a
file is executed, save a ``.pt2`` that the user names.
"""
