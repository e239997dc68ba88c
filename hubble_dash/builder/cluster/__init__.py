"""Many machines -> one build: workers of a Dask cluster make its cutouts, piece by piece.

In come what is built of and a cluster; pieces of the build go out into its folder, in which they
lie until the client has joined them. No other room may know of Dask.
"""
