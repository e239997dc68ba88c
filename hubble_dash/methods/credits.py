"""Whom to thank for the images, as their files say."""

from __future__ import annotations

from hubble_dash.atlas.atlas import Atlas

__all__ = ["credit_lines"]

# Different credits that are told; of more, how many there are.
MAX_CREDITS = 4


def credit_lines(atlas: Atlas) -> list[str]:
    """Give the images' own credits, those of most images first, as sentences.

    Parameters
    ----------
    atlas : Atlas
        The atlas.

    Returns
    -------
    list of str
        None where the files say nothing, or an early version did not ask them.
    """
    if atlas.image_files is None:
        return []
    said = atlas.image_files["credit"].dropna().astype(str).str.strip().str.rstrip(".")
    credits = said[said != ""].value_counts(sort=False).sort_values(ascending=False, kind="stable")
    told = "; ".join(credits.index[:MAX_CREDITS])
    if not told:
        return []
    more = len(credits) - MAX_CREDITS
    rest = f"; and {more:,} more, which the atlas's image_files.parquet lists" if more > 0 else ""
    return [f"Image credit: {told}{rest}."]
