"""The headers of a FITS file -> which of its HDUs and planes are images, and which are none.

In come a FITS file and what the user asks for, out go HDUs whose headers promise no more than the
file can hold. Another rule of what belongs together stands in `choice`; of data only samples are
read.
"""
