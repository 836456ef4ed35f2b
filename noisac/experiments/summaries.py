"""Summaries of draws: means, medians and ratios of means, with what the number of draws leaves uncertain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader
import numpy as np
from numpy.typing import ArrayLike

from noisac._validate import FloatArray

if TYPE_CHECKING:
    import xarray as xr
else:
    xr = lazy_loader.load("xarray")


def summarise(values: xr.DataArray, dim: str | tuple[str, ...] = "draw") -> xr.Dataset:
    """Mean, standard error, median and quantiles over draws.

    Parameters
    ----------
    values : xarray.DataArray
        One value per draw.
    dim : str or tuple of str
        Dimensions to reduce. The standard error treats draws as independent; other dimensions are averaged
        first, because values of one draw are not independent.

    Returns
    -------
    xarray.Dataset
        Variables mean, standard_error, median, lower (10 %) and upper (90 %).

    Raises
    ------
    ValueError
        If ``dim`` lacks "draw" or names a dimension that the values do not have.

    Examples
    --------
    >>> stats = summarise(xr.DataArray([1.0, 2.0, 3.0], dims="draw"))
    >>> float(stats["mean"]), float(stats["median"]), round(float(stats["standard_error"]), 3)
    (2.0, 2.0, 0.577)
    """
    _check("values", values)
    dims = (dim,) if isinstance(dim, str) else tuple(dim)
    if "draw" not in dims or not set(dims) <= set(values.dims):
        raise ValueError(f"dim must contain 'draw' and be dimensions of the values {values.dims}, got {dim!r}")
    per_draw = values.mean([d for d in dims if d != "draw"])
    count = values.sizes["draw"]
    with np.errstate(invalid="ignore"):  # where a bound does not exist there is no error of the mean either
        quantiles = values.quantile([0.1, 0.5, 0.9], dim=dims)
        # Interpolation between two infinite values gives NaN.
        quantiles = quantiles.fillna(values.quantile([0.1, 0.5, 0.9], dim=dims, method="higher"))
        deviation = per_draw.std("draw", ddof=1) if count > 1 else per_draw.mean("draw") * np.nan
    return xr.Dataset(
        {
            "mean": per_draw.mean("draw"),
            "standard_error": deviation / np.sqrt(count),
            "median": quantiles.sel(quantile=0.5, drop=True),
            "lower": quantiles.sel(quantile=0.1, drop=True),
            "upper": quantiles.sel(quantile=0.9, drop=True),
        },
        attrs=dict(values.attrs),
    )


def _check(name: str, values: object) -> None:
    if not isinstance(values, xr.DataArray):
        raise TypeError(f"{name} must be an xarray.DataArray with one value per draw, got {values!r}")


def ratio_of_means(upper: xr.DataArray, lower: xr.DataArray) -> xr.Dataset:
    """Ratio of two means over draws, with its standard error to first order.

    Whether the two depend on each other is read from the draws. Both means need a finite variance: for a bound on
    the angles at a variance of the symbols of one, that takes T > 2.

    Parameters
    ----------
    upper, lower : xarray.DataArray
        One value per draw, in the same order of the draws.

    Returns
    -------
    xarray.Dataset
        Variables ratio and standard_error.

    Raises
    ------
    ValueError
        If one of them has no dimension "draw", or the draws differ in number.

    Examples
    --------
    >>> draws = xr.DataArray([1.0, 3.0], dims="draw")
    >>> found = ratio_of_means(draws, draws / 10)
    >>> round(float(found.ratio), 9), round(float(found.standard_error), 9)
    (10.0, 0.0)
    """
    _check("upper", upper)
    _check("lower", lower)
    counts = [values.sizes.get("draw", 0) for values in (upper, lower)]
    if counts[0] == 0 or counts[0] != counts[1]:
        raise ValueError(f"upper and lower must have the same draws along 'draw', got {counts[0]} and {counts[1]}")
    upper_mean, lower_mean = upper.mean("draw"), lower.mean("draw")
    ratio = upper_mean / lower_mean
    deviation = summarise(upper / upper_mean - lower / lower_mean)["standard_error"]
    return xr.Dataset({"ratio": ratio, "standard_error": ratio * deviation})


def median_interval(values: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Interval of at least 95 % for the median over draws, from the ranks between which it lies.

    Whatever the distribution of the draws, the number of those below its median is binomial. Below 6 draws the
    interval is that of all of them, and holds the median less often.

    Parameters
    ----------
    values : (..., draws) array_like

    Examples
    --------
    >>> low, high = median_interval(np.arange(100.0))
    >>> float(low), float(high)
    (39.0, 60.0)
    """
    from scipy.stats import binom

    ordered = np.sort(np.asarray(values, dtype=float), axis=-1)
    draws = ordered.shape[-1]
    below = max(int(binom.ppf(0.025, draws, 0.5)) - 1, 0)
    return ordered[..., below], ordered[..., draws - 1 - below]
