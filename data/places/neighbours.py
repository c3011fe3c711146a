"""Which units share a boundary, and the mean of a figure over a unit's neighbours."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from khaka.data.places.polygons import Map

Floats = NDArray[np.float64]

_TOLERANCE_KM: Final = 0.1
"""Published maps are drawn seat by seat: boundaries that should be one run this far apart at most."""
_LEAST_SHARED: Final = 6.0  # tolerances: two units that meet in a point share less


def neighbours(units: Map, *, tolerance_km: float = _TOLERANCE_KM) -> pd.DataFrame:
    """Return the pairs of units that share a stretch of boundary.

    Parameters
    ----------
    units : Map
        Seats or districts.
    tolerance_km : float
        Boundaries that are nearer than this count as one; units that meet in a single point are no neighbours.

    Returns
    -------
    DataFrame
        unit_id, neighbour_id, shared_km (length of the common boundary): each pair in both directions, sorted in the
        map's order.
    """
    shapes = units.projected
    one, two = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=tolerance_km)
    ahead = one < two
    one, two = one[ahead], two[ahead]
    edges = shapely.boundary(shapes)
    near = shapely.buffer(shapes[two], tolerance_km, quad_segs=2)
    # beside overlapping neighbours a boundary may run inside the other unit: it is shared there too
    shared = shapely.length(shapely.intersection(edges[one], near))
    kept = shared > _LEAST_SHARED * tolerance_km
    one, two, shared = one[kept], two[kept], shared[kept]
    at, other, length = np.concatenate([one, two]), np.concatenate([two, one]), np.concatenate([shared, shared])
    order = np.lexsort((other, at))
    names = np.array(units.unit_ids, dtype=object)
    return pd.DataFrame(
        {
            "unit_id": pd.array(names[at[order]], dtype="str"),
            "neighbour_id": pd.array(names[other[order]], dtype="str"),
            "shared_km": length[order],
        }
    )


def spatial_lag(values: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of each column over a unit's neighbours, itself left out.

    Parameters
    ----------
    values : DataFrame
        Numbers by unit_id (the index); NaN is unknown and left out.
    pairs : DataFrame
        As from `neighbours`.

    Returns
    -------
    DataFrame
        As `values`; NaN where no neighbour is known.

    Examples
    --------
    >>> pairs = pd.DataFrame({"unit_id": ["a", "b", "b", "c"], "neighbour_id": ["b", "a", "c", "b"]})
    >>> spatial_lag(pd.DataFrame({"share": [1.0, 2.0, 5.0]}, index=["a", "b", "c"]), pairs)["share"].tolist()
    [2.0, 3.0, 2.0]
    """
    joined = pairs[["unit_id", "neighbour_id"]].merge(
        values.rename_axis("neighbour_id").reset_index(), on="neighbour_id", how="inner"
    )
    lag = joined.drop(columns="neighbour_id").groupby("unit_id").mean()
    return pd.DataFrame(lag.reindex(index=values.index, columns=values.columns)).astype("float64")
