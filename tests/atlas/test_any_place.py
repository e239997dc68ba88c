"""The cutout nearest to any place on the sky, against astropy."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import PropertyMock, patch

import numpy as np
import pandas as pd
from astropy.coordinates import SkyCoord
from hypothesis import example, given
from hypothesis import strategies as st

from hubble_dash.atlas.atlas import Atlas

ra, dec = st.floats(0, 360, exclude_max=True), st.floats(-90, 90)
places = st.tuples(ra, dec)


@given(st.lists(places, min_size=1, max_size=6), places)
@example([(0.0, 90.0), (180.0, 89.0)], (90.0, 90.0))
@example([(359.999, 0.0), (1.0, 0.0)], (0.0, 0.0))
@example([(10.0, -90.0), (0.0, 0.0)], (200.0, -89.5))
def test_the_nearest_is_that_of_astropy(known: list[tuple[float, float]], to: Any) -> None:
    table = pd.DataFrame([(np.nan, np.nan), *known], columns=["ra_deg", "dec_deg"])
    with patch.object(Atlas, "cutouts", PropertyMock(return_value=table)):
        row, separation = Atlas(Path("a.atlas"), {}).nearest_to(*to)
    apart = SkyCoord(known, unit="deg").separation(SkyCoord(*to, unit="deg")).arcsec
    np.testing.assert_allclose(separation, apart.min(), atol=1e-6)
    np.testing.assert_allclose(apart[row - 1], apart.min(), atol=1e-6)
