"""Requests -> those that a server answers, and what browsers are told to refuse.

In come requests that anybody may have sent, out go refusals, headers, and lines of a log that no
terminal obeys. Nothing here knows of atlases.
"""
