"""What a build records of the files themselves: size, checksum, whom to thank."""

from __future__ import annotations

import hashlib
from pathlib import Path

from helpers.atlases import QuickBuild, nebula
from helpers.builds import pictures
from helpers.images import make_fits, make_picture

import hubble_dash as hd
from hubble_dash.atlas.schema import IMAGE_FILES_FILE, OLD_IMAGE_FILES_FILE

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
    assert atlas.image_files is not None
    assert atlas.image_files["bytes"].tolist() == [file.stat().st_size for file in files]
    sums = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    assert atlas.image_files["sha256"].tolist() == sums
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
    assert atlas.image_files is not None
    assert atlas.image_files["credit"].tolist() == [
        "NASA, ESA, M. Livio & the Hubble team; CC BY 4.0",
        "HST ACS, proposal 9490, observer Sandage, from STScI",
        "",
    ]


def test_an_atlas_of_an_early_version_has_no_image_files(atlas: hd.Atlas) -> None:
    assert atlas.image_files is None


def test_the_table_is_read_by_its_first_name(tmp_path: Path, quick_build: QuickBuild) -> None:
    atlas = quick_build(pictures(tmp_path / "in", 2), out=tmp_path / "x.atlas")
    (atlas.path / IMAGE_FILES_FILE).rename(atlas.path / OLD_IMAGE_FILES_FILE)
    manifest = atlas.path / "manifest.json"
    manifest.write_text(manifest.read_text().replace(IMAGE_FILES_FILE, OLD_IMAGE_FILES_FILE))
    old = hd.open_atlas(atlas.path, check="full")
    assert old.image_files is not None
    assert atlas.image_files is not None
    assert old.image_files.equals(atlas.image_files)
