"""A cutout -> the views that a network sees of it.

In come 8-bit cutouts of any size, out come (v, height, width, 3) pictures: the crop or the disk,
frames filled with sky, turned and changed; one by one, or many at a time on a device.
"""
