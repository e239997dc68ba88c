"""JPEG XL and JPEG 2000: what stands in their boxes beside the pixels."""

from __future__ import annotations

import io
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from helpers.images import DEC_DEG, RA_DEG, avm_packet, color_picture

from hubble_dash.builder.codecs.boxes import MAX_BOXES, MAX_XMP_BYTES, boxes_of, xmp_in_boxes
from hubble_dash.builder.codecs.jpeg_xl import header_of_jpeg_xl
from hubble_dash.builder.reading.opening import open_image

CREDIT = b"<photoshop:Credit>NASA, ESA</photoshop:Credit></rdf:Description>"
PHOTOSHOP = b'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:avm='
PACKET = (
    avm_packet(size=(40, 30), pixel=(11, 6), rotation_deg=0)
    .replace(b"</rdf:Description>", CREDIT)
    .replace(b"xmlns:avm=", PHOTOSHOP)
)


def box(kind: bytes, content: bytes, *, is_long: bool = False) -> bytes:
    if is_long:
        return b"\0\0\0\1" + kind + (16 + len(content)).to_bytes(8) + content
    return (8 + len(content)).to_bytes(4) + kind + content


def container(*boxes: bytes) -> bytes:
    return box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ") + b"".join(boxes)


STREAM = imagecodecs.jpegxl_encode(color_picture(), lossless=True, usecontainer=False)
PACKED = b"xml " + imagecodecs.brotli_encode(PACKET)


@pytest.mark.parametrize(
    "boxes",
    [
        [box(b"jxlc", STREAM), box(b"xml ", PACKET)],
        [box(b"xml ", PACKET), box(b"jxlc", STREAM)],
        [box(b"jxlc", STREAM), box(b"brob", PACKED)],
        [box(b"Exif", b"\0" * 9), box(b"xml ", b"<other/>"), box(b"xml ", PACKET, is_long=True),
         box(b"jxlp", b"\x80\0\0\0" + STREAM)],
        # The last box may leave its size out.
        [box(b"jxlc", STREAM), b"\0\0\0\0xml " + PACKET],
    ],
)  # fmt: skip
def test_positions_and_credit_of_a_container(tmp_path: Path, boxes: list[bytes]) -> None:
    path = tmp_path / "a.jxl"
    path.write_bytes(container(*boxes))
    with open_image(path) as image:
        assert np.array_equal(image.read(), color_picture())
        assert (image.sky.quality, image.notes) == ("exact", [])
        assert image.sky.at(10, 24) == pytest.approx((RA_DEG, DEC_DEG))
        assert image.credit == "NASA, ESA"


def test_credit_of_jpeg_2000(tmp_path: Path) -> None:
    path = tmp_path / "a.jp2"
    data = imagecodecs.jpeg2k_encode(color_picture(), codecformat="jp2", level=0)
    uuid = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
    boxes = list(boxes_of(io.BytesIO(data)))
    assert boxes[-1].kind == b"jp2c"
    # Behind the pixels, and before them.
    stream = boxes[-1].start - 8
    for place in (len(data), stream):
        path.write_bytes(data[:place] + box(b"uuid", uuid + PACKET) + data[place:])
        with open_image(path) as image:
            assert image.sky.at(10, 24) == pytest.approx((RA_DEG, DEC_DEG))
            assert image.credit == "NASA, ESA"


def test_files_of_nothing_but_heads_end() -> None:
    assert len(list(boxes_of(io.BytesIO(b"\0\0\0\x08free" * (MAX_BOXES + 10))))) == MAX_BOXES
    assert list(boxes_of(io.BytesIO(b"\0\0\0\2free\0\0"))) == [(b"free", 8, 8)]


@pytest.mark.parametrize(
    "data",
    [
        STREAM,
        container(box(b"jxlc", STREAM)),
        container(box(b"jxlc", STREAM), box(b"brob", b"xml no brotli")),
        container(box(b"jxlc", STREAM), box(b"xml ", PACKET)[:6]),
        container(
            box(b"brob", b"xml " + imagecodecs.brotli_encode(b"rdf:RDF" * MAX_XMP_BYTES)),
            box(b"jxlc", STREAM),
        ),
        b"",
    ],
)
def test_nothing_of_sense(data: bytes) -> None:
    assert xmp_in_boxes(io.BytesIO(data)) == b""


def test_a_picture_that_its_header_turns() -> None:
    assert not header_of_jpeg_xl(STREAM).is_turned
    # As ISO/IEC 18181-1 has it: 40 x 32, small; not all defaults, extra fields, orientation 6.
    bits = [1, *(0, 0, 1, 0, 0), *(0, 0, 0), *(1, 1, 0, 0, 0), 0, 1, *(1, 0, 1)]
    number = sum(bit << place for place, bit in enumerate(bits))
    header = b"\xff\x0a" + number.to_bytes(6, "little")
    assert header_of_jpeg_xl(header) == (32, 40, False, True)
    with pytest.raises(ValueError, match="no codestream"):
        header_of_jpeg_xl(container())
