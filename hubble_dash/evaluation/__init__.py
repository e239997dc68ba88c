"""How alike the neighbours of an atlas really are, by labels, turned copies and people.

In comes an atlas, out go figures with what chance would give. It reads, and never writes an atlas.
"""
