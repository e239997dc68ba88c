"""An atlas and further images -> the atlas with these in it, its own rows and places as they were.

In come an atlas and files, out goes an atlas that takes its place when it is whole. Settings,
weights and metric are those of the atlas; `add` knows the order of the stages.
"""
