"""What a network sees in some of the user's own cutouts -> a metric: what "alike" means there.

In come features of a sample, in turned and in changed views, out comes a linear map from features
to short fingerprints. Nothing is learned from labels, and nothing from other collections.
"""
