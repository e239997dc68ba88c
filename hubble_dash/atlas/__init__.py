"""The Atlas, the one value that both wings know: what it holds, how it lies on disk, how it opens.

In comes a folder that the builder sealed, out go tables and memory-mapped arrays. Only this room
names columns and entries of the manifest; it knows neither torch nor Bokeh.
"""
