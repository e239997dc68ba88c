"""Names of images that another machine wrote."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from helpers.tables import write_text

from hubble_dash.builder.catalogs.catalog import read_catalog
from hubble_dash.builder.catalogs.names import ImageNames, find_file, named_in, plain_name
from hubble_dash.errors import CatalogError

NFC, NFD = (unicodedata.normalize(form, "Müller 1.png") for form in ("NFC", "NFD"))


def rows(names: list[str], image: str, *others: str) -> list[int]:
    """The rows that mean an image beside others, in folders that are not there."""
    images = [Path("/data", one) for one in (image, *others)]
    return ImageNames([Path("/far", name) for name in names], images).find(images[0]).rows.tolist()


@pytest.mark.parametrize(
    ("name", "image"),
    [
        (r"C:\Users\obs\Bilder\a.png", "a.png"),
        (r"Bilder\a.png", "a.png"),
        (r"\\server\share\a.png", "a.png"),
        ("./a.png", "a.png"),
        ("a.png ", "a.png"),
        ("\ta.png\u00a0", "a.png"),
        (NFD, NFC),
        (NFC, NFD),
        (rf"D:\{NFD}", NFC),
        ("NGC7.png", "ngc7.PNG"),
        ("ngc7", "NGC7.PNG"),
        ("A.FITS", "a.fits.gz"),
        ("https://archive.example.org/get/a.png?size=64&v=2/3", "a.png"),
        ("https://archive.example.org/a%20b%C3%A9.png#top", "a b\u00e9.png"),
        ("s3://bucket/key/a.png", "a.png"),
        ("000123", "000123.png"),
        ("galaxy_1.25", "galaxy_1.25.png"),
        ("what?.png", "what?.png"),
        ("a.png?x.png", "a.png?x.png"),
        (r"back\slash.png", r"back\slash.png"),
    ],
)
def test_one_file_by_the_names_of_several_machines(name: str, image: str) -> None:
    assert rows(["other.png", name, "more.png"], image) == [1]


def test_the_closest_name_counts() -> None:
    assert rows(["A.png", "a.png", "a.fits", "a"], "a.png") == [1]
    assert rows(["A.png", "a.fits", "a"], "a.png") == [0]
    assert rows(["a.png", "b.png"], "B.PNG", "a.png") == [1]


def test_a_row_is_not_taken_for_another_image_s() -> None:
    """Files whose names differ only by case, where the row is one of them."""
    assert rows(["a.png"], "A.png", "a.png") == []
    assert rows(["a.png"], "a.png", "A.png") == [0]
    assert rows(["A", "a"], "a.png", "A.png") == [1]
    assert rows(["AB"], "ab.png", "Ab.png") == []
    assert rows(["slash.png"], r"back\slash.png", "slash.png") == []
    # A picture and its FITS file share a row.
    assert rows(["a"], "a.png", "a.fits") == [0]


def test_what_is_unclear_is_said() -> None:
    image = Path("/data/a.png")
    for names in (["x/a.png", "y/a.png"], ["A.png", "a.PNG"]):
        found = ImageNames([Path(name) for name in names], [image]).find(image)
        assert found.is_unclear
        assert not len(found.rows)
    assert not ImageNames([Path("b.png")], [image]).find(image).is_unclear


def test_folders_of_windows_tell_files_apart() -> None:
    names = [r"C:\night 1\a.png", r"C:\night 2\a.png", r"C:\night 2\a.png"]
    assert rows(names, "night 2/a.png") == [1, 2]
    assert rows(names, "night 1/a.png") == [0]


def test_names_that_no_file_can_have() -> None:
    assert rows(["n" * 5000, "a\0b", "~nobody-here/a.png", "a.png"], "b.png") == []
    assert plain_name(Path("~nobody-here/a.png")) == "a.png"


def test_a_link_is_meant_by_either_name(tmp_path: Path) -> None:
    (tmp_path / "real.png").touch()
    (tmp_path / "link.png").symlink_to("real.png")
    for name in ("/far/link.png", "/far/real.png"):
        assert ImageNames([Path(name)]).find(tmp_path / "link.png").rows.tolist() == [0]


def test_files_of_a_catalogue_that_travelled(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.png", "sub/b.png", NFC):
        (tmp_path / name).touch()
    for given, wanted in {
        "a.png": "a.png", r"C:\Users\obs\a.png": "a.png", r"sub\b.png": "sub/b.png", NFD: NFC,
        "https://example.org/a.png": "a.png", "gone.png": "gone.png",
        r"C:\gone.png": r"C:\gone.png",
    }.items():  # fmt: skip
        assert find_file(tmp_path / given, tmp_path) == tmp_path / wanted


def test_a_catalogue_of_none_of_the_images_is_refused(tmp_path: Path) -> None:
    names = ["one.png", "two.png", "three.png", "four.png"]
    catalog = read_catalog(write_text(tmp_path / "c.csv", "file,z", *(f"{n},1" for n in names)))
    images = [tmp_path / f"m{i}.png" for i in range(5)]
    with pytest.raises(CatalogError) as told:
        catalog.of_images(images)
    assert (
        "no row means any of the 5 images: its rows name 'one.png', 'two.png', 'three.png',"
        in str(told.value)
    )
    assert "images are 'm0.png', 'm1.png', 'm2.png'; correct" in str(told.value)
    assert catalog.of_images([*images, tmp_path / "FOUR.png"]).rows_of("FOUR.png").tolist() == [3]


def test_why_an_image_has_no_row(tmp_path: Path) -> None:
    catalog = read_catalog(write_text(tmp_path / "c.csv", "file,z", "x/a.png,1", "y/a.png,2"))
    assert "no row for it" in catalog.why_no_row("b.png")
    assert "or another image" in catalog.why_no_row("a.png")


def test_identifiers_of_any_kind_name_images(tmp_path: Path) -> None:
    """Numbers too, where the user says so: whole, with their zeros, and as they are written."""
    for column in (["000123", "7"], ["123", "7"], ["12e4", "7"], ["123.0", "7.0"]):
        path = write_text(tmp_path / "c.csv", "image,z", *(f"{name},1" for name in column))
        catalog = read_catalog(path, path_column="image")
        assert [one.name for one in catalog.paths] == column


def test_names_that_no_file_can_have_are_names(tmp_path: Path) -> None:
    paths = [named_in(tmp_path, text) for text in ("~a\0b.png", "b\0.png", "c.png")]
    names = ImageNames(paths, [tmp_path / "c.png"])
    assert names.find(tmp_path / "c.png").rows.tolist() == [2]
    assert names.find(tmp_path / "b\0.png").rows.tolist() == [1]
    for image in (Path("//"), Path(), tmp_path / "a.fits"):
        assert not len(names.find(image, "A/1").rows)
