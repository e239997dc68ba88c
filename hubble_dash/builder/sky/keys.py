"""Which keys of a header say where pixels lie, by their names."""

from __future__ import annotations

import re

__all__ = ["FRAME", "MATRIX", "NUMBERS", "PLACE", "PLATE", "PLATE_KEY", "SIP", "SIP_ANY"]

_AXIS = r"(?:CRVAL|CRPIX|CDELT|CROTA)\d+"
# Of the matrix, also as it was written before the standard: PC001002, PC01_02.
MATRIX = re.compile(r"(CD|PC)(?:(\d+)_(\d+)|0*(\d+?)0*(\d+))")
SIP = re.compile(r"([AB])_(\d)_(\d)")
SIP_ANY = re.compile(r"[AB]P?_(?:ORDER|DMAX|\d_\d)")
# All that must be numbers.
NUMBERS = re.compile(rf"{_AXIS}|(?:CD|PC|PV)\d+_\d+|LONPOLE|LATPOLE|[AB]P?_(?:ORDER|\d_\d)")
# All that must be said once, beside these.
FRAME = re.compile(r"(?:CTYPE|CUNIT)\d+|EQUINOX|EPOCH|RADE(?:C)?SYS")
# What tells the place of one image from that of another.
PLACE = re.compile(rf"CTYPE\d+|{_AXIS}|{MATRIX.pattern}")
# Of the plate solutions of the Digitized Sky Survey, and the one that tells them.
PLATE = re.compile(r"AMD[XY]\d+|PPO\d|PLT(?:RA|DEC|SCALE).*|CNPIX\d|[XY]PIXELSZ")
PLATE_KEY = "AMDX1"
