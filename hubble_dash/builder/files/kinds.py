"""What a file is, by its first bytes or its suffix, and what to do where that is not read."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = [
    "N_FIRST_BYTES",
    "PACKED",
    "READ",
    "SIDE_FILE",
    "SUFFIXES",
    "WEB_PAGE",
    "Kind",
    "kind_by_suffix",
    "kind_of",
]

# As many as it takes to find a tar archive.
N_FIRST_BYTES = 264


class Kind(NamedTuple):
    """A format of files.

    Attributes
    ----------
    name : str
        What such a file is.
    suffixes : tuple of str
        In small letters, with their dots.
    advice : str
        What to do with such files, where they are not read.
    """

    name: str
    suffixes: tuple[str, ...] = ()
    advice: str = ""


FITS = Kind("FITS", (".fits", ".fit", ".fts", ".fits.fz", ".fit.fz", ".fts.fz", ".fz"))
TIFF = Kind("TIFF", (".tif", ".tiff"))
JPEG = Kind("JPEG", (".jpg", ".jpeg"))
PNG = Kind("PNG", (".png",))
WEBP = Kind("WebP", (".webp",))
GIF = Kind("GIF", (".gif",))
BMP = Kind("BMP", (".bmp",))
JPEG_2000 = Kind("JPEG 2000", (".jp2", ".j2k", ".j2c", ".jpx", ".jpf"))
JPEG_XL = Kind("JPEG XL", (".jxl",))
AVIF = Kind("AVIF", (".avif",))
READ = (FITS, TIFF, JPEG, PNG, WEBP, GIF, BMP, JPEG_2000, JPEG_XL, AVIF)

_UNPACK = "unpack, or let the name show what is inside, such as .fits.gz"
GZIP = Kind("packed by gzip", (".gz",), _UNPACK)
BZIP2 = Kind("packed by bzip2", (".bz2",), _UNPACK)
XZ = Kind("packed by xz", (".xz",), _UNPACK)
ZIP = Kind("a zip archive", (".zip",), _UNPACK)
PACKED = (GZIP, BZIP2, XZ, ZIP)

_PLAIN = tuple(suffix for kind in READ for suffix in kind.suffixes)
SUFFIXES = _PLAIN + tuple(
    plain + packed for plain in _PLAIN for kind in PACKED for packed in kind.suffixes
)

_CONVERT = "convert to PNG or TIFF"
_RAW = Kind(
    "raw data of a camera",
    (".cr2", ".cr3", ".nef", ".nrw", ".arw", ".dng", ".raf", ".orf", ".rw2", ".pef", ".x3f"),
    "develop to TIFF",
)
_VIDEO = Kind("a video", (".mp4", ".mov", ".avi", ".ser", ".mkv"), "save the frames as PNG or FITS")
_UNREAD = {
    "heic": Kind("HEIC", (".heic", ".heif"), f"{_CONVERT}, with heif-convert for example"),
    "compress": Kind("packed by compress", (".z",), "unpack with gunzip"),
    "zstd": Kind("packed by Zstandard", (".zst",), "unpack with unzstd"),
    "lzip": Kind("packed by lzip", (".lz",), "unpack with lzip -d"),
    "lz4": Kind("packed by LZ4", (".lz4",), "unpack with unlz4"),
    "lzma": Kind("packed by LZMA", (".lzma",), "unpack with unlzma"),
    "brotli": Kind("packed by Brotli", (".br",), "unpack with brotli -d"),
    "7z": Kind("a 7-Zip archive", (".7z",), "unpack with 7z x"),
    "rar": Kind("a RAR archive", (".rar",), "unpack with unrar x"),
    "tar": Kind("a tar archive", (".tar", ".tgz", ".tbz", ".txz"), "unpack with tar xf"),
    "hdf5": Kind("HDF5", (".h5", ".hdf5", ".hdf", ".nc4"), "save the images as FITS"),
    "netcdf": Kind("netCDF", (".nc",), "save the images as FITS"),
    "asdf": Kind("ASDF", (".asdf",), "save the images as FITS"),
    "xisf": Kind("XISF", (".xisf",), "save as FITS in PixInsight"),
    "psd": Kind("Photoshop", (".psd", ".psb"), _CONVERT),
    "xcf": Kind("GIMP", (".xcf",), "export from GIMP as PNG or TIFF"),
    "exr": Kind("OpenEXR", (".exr",), f"{_CONVERT} of 32 bits"),
    "hdr": Kind("Radiance HDR", (), f"{_CONVERT} of 32 bits"),
    "pdf": Kind("PDF", (".pdf",), "save the pictures as PNG"),
    "ps": Kind("PostScript", (".ps", ".eps"), _CONVERT),
    "svg": Kind("SVG", (".svg",), _CONVERT),
    "pnm": Kind("PNM", (".pgm", ".ppm", ".pnm", ".pbm"), _CONVERT),
    "qoi": Kind("QOI", (".qoi",), _CONVERT),
    "ico": Kind("an icon", (".ico", ".icns"), _CONVERT),
    "tga": Kind("Targa", (".tga",), _CONVERT),
    "jxr": Kind("JPEG XR", (".jxr", ".wdp", ".hdp"), _CONVERT),
    "jls": Kind("JPEG-LS", (".jls",), _CONVERT),
    "pcx": Kind("PCX", (".pcx",), _CONVERT),
    "sgi": Kind("SGI", (".sgi", ".rgb"), _CONVERT),
    "dds": Kind("DirectDraw", (".dds",), _CONVERT),
    "mrc": Kind("MRC", (".mrc",), f"{_CONVERT} or FITS"),
    "vicar": Kind("VICAR", (".vic", ".vicar"), f"{_CONVERT} or FITS"),
    "pds": Kind("PDS", (".lbl",), f"{_CONVERT} or FITS"),
    "dicom": Kind("DICOM", (".dcm",), _CONVERT),
    "raw": _RAW,
    "video": _VIDEO,
}

# What stands beside images and is none.
SIDE_FILE = Kind("no image")
WEB_PAGE = Kind("a web page", advice="fetch anew: this may be a login or an error")
_XML = Kind("XML", advice="name images instead")
_LFS = Kind("a pointer of Git LFS", advice="fetch the file itself with git lfs pull")
_NUMPY = Kind("NumPy", advice="save as FITS")
# Beside images lie tables, texts, models; to look into them all would take long in large folders.
_SIDE_SUFFIXES = """
    .txt .md .rst .csv .tsv .json .jsonl .xml .xmp .html .htm .js .css .log .py .ipynb .sh .bat
    .yaml .yml .toml .ini .cfg .conf .cat .tbl .ecsv .vot .votable .parquet .feather .arrow
    .npy .npz .pkl .pickle .pt .pth .onnx .safetensors .md5 .sha1 .sha256 .sha512 .reg .tex
    .bib .db .sqlite .doc .docx .xls .xlsx .ods .odt .ppt .pptx .url .list .lst
"""
_BY_SUFFIX = {
    suffix: kind for kind in (*PACKED, *_UNREAD.values()) for suffix in kind.suffixes
} | dict.fromkeys(_SIDE_SUFFIXES.split(), SIDE_FILE)

_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"SIMPLE", FITS),
    (b"II*\0", TIFF), (b"MM\0*", TIFF), (b"II+\0", TIFF), (b"MM\0+", TIFF),
    (b"\xff\xd8\xff\xf7", _UNREAD["jls"]), (b"\xff\xd8\xff\xe8\0\x20SPIFF", _UNREAD["jls"]),
    (b"\xff\xd8\xff", JPEG), (b"\x89PNG", PNG),
    (b"GIF87a", GIF), (b"GIF89a", GIF),
    (b"\0\0\0\x0cjP  \r\n\x87\n", JPEG_2000), (b"\xff\x4f\xff\x51", JPEG_2000),
    (b"\0\0\0\x0cJXL \r\n\x87\n", JPEG_XL), (b"\xff\x0a", JPEG_XL),
    (b"\x1f\x8b", GZIP), (b"BZh", BZIP2), (b"\xfd7zXZ\0", XZ),
    (b"PK\x03\x04", ZIP), (b"PK\x05\x06", ZIP),
    (b"\x1f\x9d", _UNREAD["compress"]), (b"\x28\xb5\x2f\xfd", _UNREAD["zstd"]),
    (b"LZIP", _UNREAD["lzip"]), (b"\x04\x22\x4d\x18", _UNREAD["lz4"]),
    (b"7z\xbc\xaf\x27\x1c", _UNREAD["7z"]), (b"Rar!", _UNREAD["rar"]),
    (b"\x89HDF\r\n", _UNREAD["hdf5"]),
    (b"CDF\x01", _UNREAD["netcdf"]), (b"CDF\x02", _UNREAD["netcdf"]),
    (b"#ASDF", _UNREAD["asdf"]), (b"XISF0100", _UNREAD["xisf"]), (b"8BPS", _UNREAD["psd"]),
    (b"gimp xcf", _UNREAD["xcf"]), (b"\x76\x2f\x31\x01", _UNREAD["exr"]),
    (b"#?RADIANCE", _UNREAD["hdr"]), (b"#?RGBE", _UNREAD["hdr"]), (b"%PDF", _UNREAD["pdf"]),
    (b"%!PS", _UNREAD["ps"]), (b"\xc5\xd0\xd3\xc6", _UNREAD["ps"]), (b"<svg", _UNREAD["svg"]),
    (b"qoif", _UNREAD["qoi"]), (b"II\xbc\x01", _UNREAD["jxr"]), (b"DDS ", _UNREAD["dds"]),
    (b"\n\5\1\x08", _UNREAD["pcx"]), (b"\x01\xda\0", _UNREAD["sgi"]),
    (b"\x01\xda\1", _UNREAD["sgi"]),
    (b"\0\0\x01\0", _UNREAD["ico"]), (b"icns", _UNREAD["ico"]),
    (b"LBLSIZE=", _UNREAD["vicar"]),
    (b"PDS_VERSION_ID", _UNREAD["pds"]), (b"ODL_VERSION", _UNREAD["pds"]),
    (b"FUJIFILMCCD-RAW", _RAW), (b"IIRO", _RAW), (b"IIRS", _RAW), (b"IIU\0", _RAW), (b"FOVb", _RAW),
    (b"LUCAM-RECORDER", _VIDEO), (b"\x1aE\xdf\xa3", _VIDEO),
    (b"\x93NUMPY", _NUMPY), (b"version https://git-lfs", _LFS),
)  # fmt: skip
_HEADERS_OF_BMP = {12, 16, 40, 52, 56, 64, 108, 124}
_AT_257 = {b"ustar": _UNREAD["tar"]}


def kind_of(start: bytes) -> Kind | None:
    """Tell a format from the first bytes of a file.

    Parameters
    ----------
    start : bytes
        `N_FIRST_BYTES` of them, where the file has as many.

    Returns
    -------
    Kind or None
        None if it is none that is known here.
    """
    for magic, kind in _STARTS:
        if start.startswith(magic):
            return kind
    if start[4:8] == b"ftyp":
        return _kind_of_boxes(start)
    if start.startswith(b"RIFF"):
        return {b"WEBP": WEBP, b"AVI ": _VIDEO}.get(start[8:12])
    if start.startswith(b"BM") and int.from_bytes(start[14:18], "little") in _HEADERS_OF_BMP:
        return BMP
    if re.match(rb"P[1-7]\s", start):
        return _UNREAD["pnm"]
    if start[257:262] in _AT_257 or start[128:132] == b"DICM":
        return _AT_257.get(start[257:262], _UNREAD["dicom"])
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return WEB_PAGE
    if text.startswith(b"<?xml"):
        return _UNREAD["svg"] if b"<svg" in text else _XML
    return None


def _kind_of_boxes(start: bytes) -> Kind:
    """Tell one of the formats that share the boxes of ISO/IEC 14496-12 by the brands they name."""
    n_bytes = min(int.from_bytes(start[:4]), len(start))
    brands = {start[i : i + 4] for i in (8, *range(16, n_bytes - 3, 4))}
    if brands & {b"avif", b"avis"}:
        return AVIF
    if brands & {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}:
        return _UNREAD["heic"]
    return _RAW if b"crx " in brands else _VIDEO


def kind_by_suffix(name: str) -> Kind | None:
    """Tell a format that is not read, or a file that is no image, from a name.

    Parameters
    ----------
    name : str
        Without its folder.

    Returns
    -------
    Kind or None
        None where a look into the file has to tell.
    """
    stem, dot, last = name.lower().rpartition(".")
    kind = _BY_SUFFIX.get(f".{last}") if stem and dot else None
    if kind in PACKED:
        inside = kind_by_suffix(stem)
        return inside if inside in (SIDE_FILE, _UNREAD["tar"]) else kind
    return kind
