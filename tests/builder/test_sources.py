"""What a build records of the files themselves: size, checksum, whom to thank."""

from __future__ import annotations

import hashlib
from pathlib import Path

from helpers.atlases import QuickBuild, nebula
from helpers.builds import pictures
from helpers.images import make_fits, make_picture

import hubble_dash as hd

CREDIT = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:xapRights="http://ns.adobe.com/xap/1.0/rights/" photoshop:Credit="NASA, ESA,
 M. Livio &amp; the Hubble team"><xapRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">CC BY
 4.0</rdf:li></rdf:Alt></xapRights:UsageTerms></rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_each_image_has_the_size_and_checksum_of_its_file(
    tmp_path: Path, quick_build: QuickBuild
) -> None:
    files = [*pictures(tmp_path / "in", 3), make_fits(tmp_path / "in" / "z.fits")]
    (tmp_path / "c.csv").write_text("path,kind\n" + "".join(f"in/{f.name},a\n" for f in files))
    atlas = quick_build(files, out=tmp_path / "x.atlas", catalog=tmp_path / "c.csv")
    assert atlas.sources is not None
    assert atlas.sources["bytes"].tolist() == [file.stat().st_size for file in files]
    sums = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    assert atlas.sources["sha256"].tolist() == sums
    # The tables that others read stay as they were.
    assert not {"bytes", "sha256", "(source)"} & {*atlas.images}
    catalog = hashlib.sha256((tmp_path / "c.csv").read_bytes()).hexdigest()
    assert atlas.manifest["settings"]["catalog_sha256"] == catalog


def test_whom_to_thank_is_what_the_files_say(tmp_path: Path, quick_build: QuickBuild) -> None:
    thanked = make_picture(tmp_path / "a.jpg", nebula(1), xmp=CREDIT)
    taken = make_fits(tmp_path / "b.fits", OBSERVER="Sandage", ORIGIN="STScI")
    nobody = make_picture(tmp_path / "c.png", nebula(2))
    # Also where steps leave a copy of the image.
    atlas = quick_build(
        [thanked, taken, nobody], out=tmp_path / "x.atlas", process_images=[hd.Grayscale()]
    )
    assert atlas.sources is not None
    assert atlas.sources["credit"].tolist() == [
        "NASA, ESA, M. Livio & the Hubble team; CC BY 4.0",
        "HST ACS, proposal 9490, observer Sandage, from STScI",
        "",
    ]


def test_an_atlas_of_an_early_version_has_no_sources(atlas: hd.Atlas) -> None:
    assert atlas.sources is None
