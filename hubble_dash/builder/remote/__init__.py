"""Files of servers, by their addresses: what they are called, how they are listed, copied and read.

In come texts such as ``https://host/a.fits``, out go paths that are read like those of files here.
Only this room knows fsspec, and what may go wrong on the way to a server.
"""
