"""A path -> whether what is there is what it says."""

from __future__ import annotations

from pathlib import Path

from hubble_dash.config.bounds import at_least
from hubble_dash.errors import AtlasError
from hubble_dash.verification.atlases import verify_atlas
from hubble_dash.verification.findings import Verification
from hubble_dash.verification.pages import verify_page, verify_report, verify_site
from hubble_dash.viewer.exported.folder import MARKER
from hubble_dash.viewer.published.site import SITE_MARKER

__all__ = ["verify"]


def verify(
    path: str | Path, *, sample: int = 16, weights: str | Path | None = None, random_state: int = 0
) -> Verification:
    """Check every checksum, type and range of an atlas, a page, a report folder or a site.

    Of an atlas, cutouts of a sample are cut again from their source images, where these are at
    hand, and their thumbnails, colours and fingerprints compared; the neighbours of the sample are
    searched again among all fingerprints. What could not be looked at is said.

    Parameters
    ----------
    path : path-like
        An atlas, an exported HTML file, an exported folder, or a published site.
    sample : int
        How many cutouts of an atlas are made again; 0 for none.
    weights : path-like, optional
        The file of weights, where the atlas was built from a file of the user's.
    random_state : int
        Seed of the sample.

    Returns
    -------
    Verification
        What was checked, and what is off.

    Raises
    ------
    AtlasError
        If there is nothing of the kind.
    ValueError
        If `sample` is negative.
    """
    at_least("sample", sample, 0)
    path = Path(path)
    if path.is_file():
        return verify_page(path)
    if not path.is_dir():
        raise AtlasError(f"there is no {path}; name an atlas, an exported page or a report folder")
    if (path / SITE_MARKER).exists():
        return verify_site(path)
    if (path / MARKER).exists():
        return verify_report(path)
    return verify_atlas(path, sample=sample, weights=weights, random_state=random_state)
