"""What is made -> files and folders under their final names, whole or as they were before.

In come bytes, folders and the names that people gave, out go files and folders that a kill, a full
disk or a power failure never leaves half-written. Nothing else renames, and of what is in a file
nothing here knows more than its checksum and the kind that it names.
"""
