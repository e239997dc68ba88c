"""The plots of a page as HoloViews elements, without their points.

In comes hardly anything, out come Bokeh figures that the browser side fills. Marks and colours are
settled in `marks`.
"""
