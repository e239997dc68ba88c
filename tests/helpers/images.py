"""Test data, made from scratch: FITS files with a tilted sky, press images with AVM tags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray
from PIL import Image

RA_DEG, DEC_DEG = 161.2638, -59.8678


def flux_image(shape: tuple[int, int] = (60, 80), *, seed: int = 1) -> NDArray[np.float32]:
    """Noise and a few stars, float32, no two rows or columns alike."""
    rng = np.random.default_rng(seed)
    y, x = (np.arange(side) for side in shape)
    flux = rng.normal(10, 1, shape)
    for _ in range(5):
        cx, cy = rng.uniform(5, shape[1] - 5), rng.uniform(5, shape[0] - 5)
        flux += 200 * np.outer(np.exp(-((y - cy) ** 2) / 8), np.exp(-((x - cx) ** 2) / 8))
    return flux.astype(np.float32)


def sky_header(shape: tuple[int, int] = (60, 80), *, sip: bool = True) -> fits.Header:
    """A TAN(-SIP) header of 0.05 arcsec pixels, turned by 30 degrees about the image's centre."""
    ny, nx = shape
    scale, angle = 0.05 / 3600, np.radians(30)
    cards = {
        "NAXIS": 2,
        "NAXIS1": nx,
        "NAXIS2": ny,
        "CTYPE1": "RA---TAN-SIP" if sip else "RA---TAN",
        "CTYPE2": "DEC--TAN-SIP" if sip else "DEC--TAN",
        "CUNIT1": "deg",
        "CUNIT2": "deg",
        "CRVAL1": RA_DEG,
        "CRVAL2": DEC_DEG,
        "CRPIX1": (nx + 1) / 2,
        "CRPIX2": (ny + 1) / 2,
        "CD1_1": -scale * np.cos(angle),
        "CD1_2": scale * np.sin(angle),
        "CD2_1": scale * np.sin(angle),
        "CD2_2": scale * np.cos(angle),
        "RADESYS": "ICRS",
    }
    if sip:
        cards |= {"A_ORDER": 2, "B_ORDER": 2, "A_2_0": 2e-5, "A_1_1": -1e-5, "B_0_2": 3e-5}
    return fits.Header(cards.items())


def make_fits(
    path: Path,
    pixels: NDArray[Any] | None = None,
    *,
    header: fits.Header | None = None,
    compress: bool = False,
    **primary: str | float,
) -> Path:
    """Write a file as Hubble's are: an empty primary HDU, a table, an empty image, SCI, ERR."""
    pixels = flux_image() if pixels is None else pixels
    header = sky_header(pixels.shape[-2:]) if header is None else header
    keys: dict[str, str | float] = {"TELESCOP": "HST", "INSTRUME": "ACS", "DETECTOR": "WFC"}
    keys |= {"FILTER1": "F606W", "FILTER2": "CLEAR2L", "EXPTIME": 1200.0, "PROPOSID": 9490}
    keys |= {"ROOTNAME": "j8za09050"}
    table = fits.BinTableHDU.from_columns([fits.Column("a", "E", array=np.arange(3.0))])
    kind = fits.CompImageHDU if compress else fits.ImageHDU
    hdus = [
        fits.PrimaryHDU(header=fits.Header((keys | primary).items())),
        table,
        fits.ImageHDU(name="EMPTY"),
        kind(pixels, header, name="SCI"),
        fits.ImageHDU(np.ones((5, 4), np.float32), name="ERR"),
    ]
    fits.HDUList(hdus).writeto(path, overwrite=True)
    return path


def avm_packet(
    *,
    size: tuple[int, int] | None,
    pixel: tuple[float, float],
    scale_deg: float = 1e-4,
    rotation_deg: float | None = 20.0,
    **tags: str,
) -> bytes:
    """XMP with the Spatial tags of the AVM Standard 1.2, as press images carry it."""

    def seq(name: str, values: tuple[float, ...] | tuple[int, int]) -> str:
        items = "".join(f"<rdf:li>{value!r}</rdf:li>" for value in values)
        return f"<avm:Spatial.{name}><rdf:Seq>{items}</rdf:Seq></avm:Spatial.{name}>"

    parts = [seq("ReferenceValue", (RA_DEG, DEC_DEG)), seq("ReferencePixel", pixel)]
    parts.append(seq("Scale", (-scale_deg, scale_deg)))
    parts += [] if size is None else [seq("ReferenceDimension", size)]
    single = {"CoordinateFrame": "ICRS", "CoordsystemProjection": "TAN", "Equinox": "J2000"} | tags
    if rotation_deg is not None:
        single["Rotation"] = str(rotation_deg)
    parts += [f"<avm:Spatial.{k}>{v}</avm:Spatial.{k}>" for k, v in single.items()]
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'rdf:about="" xmlns:avm="http://www.communicatingastronomy.org/avm/1.0/">'
        f'{"".join(parts)}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def blocks(random: np.random.Generator) -> NDArray[np.uint8]:
    """Make 5 x 7 blocks of random colours, (50, 70, 3)."""
    return np.kron(random.integers(0, 256, (5, 7, 3), np.uint8), np.ones((10, 10, 1), np.uint8))


def make_picture(path: Path, pixels: NDArray[Any], **options: Any) -> Path:
    """Write a JPEG, PNG or WebP with Pillow; `xmp` takes an AVM packet."""
    Image.fromarray(pixels).save(path, **options)
    return path


def color_picture(shape: tuple[int, int] = (30, 40)) -> NDArray[np.uint8]:
    """Make a smooth picture, which JPEG keeps, that differs in each channel and corner."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    return np.stack([4 * x, 6 * y, 100 + x + y], axis=-1).astype(np.uint8)
