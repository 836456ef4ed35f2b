"""What is simulated: array shapes, powers, angles; and the geometry that the angles come from."""

from __future__ import annotations

import dataclasses
import math
import sys
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from noisac import _validate
from noisac._tolerance import ROUNDING

PhaseConvention: TypeAlias = Literal["difference", "sum"]
_CONVENTIONS = ("difference", "sum")
_LARGEST_SNR_DB = 1000.0
#: Path gains above this, or below 1 over this, leave floating point once they are multiplied and squared.
_LARGEST_GAIN = 1e50


def path_gain(distance: float, exponent: float, reference_loss_db: float = 30.0) -> float:
    """Amplitude gain ``|alpha|`` of a path: a power law with a reference loss at 1 m (Section V).

    Parameters
    ----------
    distance : float
        Length of the path in metres.
    exponent : float
        Path loss exponent.
    reference_loss_db : float
        Loss at 1 m in dB.

    Raises
    ------
    ValueError
        For a distance that is not positive, numbers that are not finite, or a gain, or a factor of it, beyond
        floating point.

    Examples
    --------
    >>> round(path_gain(1.0, 2.2) ** 2, 6)
    0.001
    """
    distance = _validate.real("distance", distance, positive=True)
    exponent = _validate.real("exponent", exponent)
    reference_loss_db = _validate.real("reference_loss_db", reference_loss_db)
    try:
        parts = 10 ** (-reference_loss_db / 10), distance**-exponent
    except OverflowError:
        parts = math.inf, math.inf
    if not all(sys.float_info.min <= power < math.inf for power in (*parts, math.prod(parts))):
        raise ValueError(
            f"distance**-exponent must be within floating point, got {distance!r} and {exponent!r} "
            f"with reference_loss_db = {reference_loss_db!r}"
        )
    return math.sqrt(math.prod(parts))


@dataclass(frozen=True)
class Scenario:
    """One time block of the system of Section II, with Section V's values as defaults.

    Lengths are in wavelengths, angles in radians, powers linear, and the SNR in dB.

    Parameters
    ----------
    irs_shape : (int, int)
        (L_y, L_z), elements of the sub-IRS that is switched on, along y and z.
    user_shape : (int, int)
        (M_y, M_z), antennas of the user's array, along y and z.
    bs_antennas : int
        N_t, antennas of the base station's linear array.
    transmit_power : float
        P_t, the limit in (36b).
    snr_db : float
        Section V's SNR, ``|alpha_B2I alpha_I2U|**2 / sigma_z**2``, in dB. It contains no array gain.
    phase_bits : int
        b, bits of a phase shifter; the codebook has 2**b phases.
    user_aoa : (float, float)
        (gamma, phi)^A_I2U, elevation and azimuth from the user's array towards the IRS.
    irs_aoa : (float, float)
        (gamma, phi)^A_B2I, elevation and azimuth from the IRS towards the base station.
    irs_spacing, user_spacing : float
        d_IRS and d_user over the wavelength.
    bs_aod : float
        gamma^D_B2I, the angle between the base station's broadside and the IRS.
    bs_irs_gain, irs_user_gain : complex
        alpha_B2I and alpha_I2U, of magnitude 1e-50 to 1e50. They cancel from every bound, because the SNR is
        defined with them.
    phase_convention : {"difference", "sum"}
        Sign of the IRS index in (58): "difference" is (58) as printed and what propagation gives, "sum" is
        what (4)-(6) give with the angles of departure of Appendix A. See reading R1 of the book.

    Raises
    ------
    ValueError
        For a shape, power, spacing, number of bits, angle or gain outside its range, and for NaN anywhere. The
        ranges of powers and spacings, 1e-100 to 1e100 and 1e-30 to 1e30, are those of floating point.

    Examples
    --------
    >>> scenario = Scenario(snr_db=5.0)
    >>> scenario.irs_elements, scenario.user_antennas
    (16, 16)
    >>> scenario.replace(irs_shape=(3, 3)).irs_elements
    9
    """

    irs_shape: tuple[int, int] = (4, 4)
    user_shape: tuple[int, int] = (4, 4)
    bs_antennas: int = 8
    transmit_power: float = 1.0
    snr_db: float = 0.0
    phase_bits: int = 2
    user_aoa: tuple[float, float] = (math.pi / 6, -2 * math.pi / 3)
    irs_aoa: tuple[float, float] = (math.asin(1 / 6), -math.pi / 4)
    irs_spacing: float = 0.5
    user_spacing: float = 0.5
    bs_aod: float = math.asin(math.sqrt(35 / 72))
    bs_irs_gain: complex = path_gain(30.0, 2.3)
    irs_user_gain: complex = path_gain(10.0, 2.2)
    phase_convention: PhaseConvention = "difference"

    def __post_init__(self) -> None:
        clean: dict[str, Any] = {
            "irs_shape": _validate.shape_2d("irs_shape", self.irs_shape),
            "user_shape": _validate.shape_2d("user_shape", self.user_shape),
            "bs_antennas": _validate.integer("bs_antennas", self.bs_antennas, at_least=1),
            "transmit_power": _positive("transmit_power", self.transmit_power, _validate.LARGEST),
            "snr_db": _validate.real("snr_db", self.snr_db),
            "phase_bits": _validate.integer("phase_bits", self.phase_bits, at_least=1, at_most=8),
            "user_aoa": _validate.angle_pair("user_aoa", self.user_aoa),
            "irs_aoa": _validate.angle_pair("irs_aoa", self.irs_aoa),
            "irs_spacing": _positive("irs_spacing", self.irs_spacing, _validate.LARGEST_FACTOR),
            "user_spacing": _positive("user_spacing", self.user_spacing, _validate.LARGEST_FACTOR),
            "bs_aod": _validate.real("bs_aod", self.bs_aod),
            "bs_irs_gain": _path_gain("bs_irs_gain", self.bs_irs_gain),
            "irs_user_gain": _path_gain("irs_user_gain", self.irs_user_gain),
        }
        _validate.choice("phase_convention", self.phase_convention, _CONVENTIONS)
        if abs(clean["snr_db"]) > _LARGEST_SNR_DB:
            raise ValueError(f"snr_db must lie within {_LARGEST_SNR_DB:g} dB of 0, got {self.snr_db!r}")
        for name, value in clean.items():
            object.__setattr__(self, name, value)

    def replace(self, **changes: Any) -> Scenario:
        """Return a copy with some fields changed.

        Examples
        --------
        >>> Scenario().replace(phase_bits=1).phase_bits
        1
        """
        unknown = set(changes) - {field.name for field in dataclasses.fields(self)}
        if unknown:
            raise ValueError(f"Scenario has no field {', '.join(sorted(unknown))}")
        return dataclasses.replace(self, **changes)

    @property
    def irs_elements(self) -> int:
        """L, the number of elements of the IRS."""
        return self.irs_shape[0] * self.irs_shape[1]

    @property
    def user_antennas(self) -> int:
        """M, the number of antennas of the user."""
        return self.user_shape[0] * self.user_shape[1]

    @property
    def snr(self) -> float:
        """Section V's SNR on a linear scale."""
        return float(10 ** (self.snr_db / 10))

    @property
    def noise_variance(self) -> float:
        """sigma_z^2, from the SNR and the two path gains."""
        return float(abs(self.bs_irs_gain * self.irs_user_gain) ** 2 / self.snr)


@dataclass(frozen=True)
class Geometry:
    """Positions of the base station, the two sub-IRSs and the user, and the angles between them.

    All arrays lie in planes parallel to y-z (the base station's along y); the IRS looks along +x.

    Parameters
    ----------
    bs_position, user_position : (float, float, float)
        Points (x, y, z) in metres, z being the height above the floor.
    irs_positions : two points
        Centres of the two sub-IRSs.
    bs_irs_exponent, irs_user_exponent : float
        Path loss exponents of the two hops.
    reference_loss_db : float
        Path loss at 1 m in dB.

    Raises
    ------
    ValueError
        For points that are not finite or that coincide, or a number of sub-IRSs other than two.

    Examples
    --------
    >>> geometry = Geometry.section_v()
    >>> [round(d, 9) for d in geometry.distances(0)]
    [30.0, 10.0]
    >>> [round(np.degrees(a), 6) for a in geometry.user_aoa(0)]
    [np.float64(30.0), np.float64(-120.0)]
    """

    bs_position: tuple[float, float, float]
    irs_positions: tuple[tuple[float, float, float], tuple[float, float, float]]
    user_position: tuple[float, float, float]
    bs_irs_exponent: float = 2.3
    irs_user_exponent: float = 2.2
    reference_loss_db: float = 30.0

    def __post_init__(self) -> None:
        points: Any = self.irs_positions
        if isinstance(points, np.ndarray):
            points = points.tolist()
        if not isinstance(points, tuple | list) or len(points) != 2:
            raise ValueError(f"irs_positions must hold two points, one per sub-IRS, got {points!r}")
        first, second = (_validate.position(f"irs_positions[{i}]", p) for i, p in enumerate(points))
        object.__setattr__(self, "irs_positions", (first, second))
        object.__setattr__(self, "bs_position", _validate.position("bs_position", self.bs_position))
        object.__setattr__(self, "user_position", _validate.position("user_position", self.user_position))
        for name in ("bs_irs_exponent", "irs_user_exponent", "reference_loss_db"):
            object.__setattr__(self, name, _validate.real(name, getattr(self, name)))
        for sub_irs in (0, 1):
            ends = self.bs_position, self.user_position
            size = max(math.hypot(*point) for point in (*ends, self._irs(sub_irs)))
            if min(self.distances(sub_irs)) <= ROUNDING * size:
                raise ValueError(
                    f"irs_positions[{sub_irs}] coincides with the base station or the user: the points must differ"
                )

    @classmethod
    def section_v(
        cls, user_azimuth: float = math.pi / 3, bs_azimuth: float = -math.pi / 4, irs_separation: float = 2.0
    ) -> Geometry:
        """Geometry of Section V: heights 10, 5 and 0 m, hops of 30 and 10 m from the first sub-IRS.

        Fig. 3, which fixes the azimuths and the distance between the sub-IRSs, is not described in the text:
        the three arguments are this project's reading R6.

        Parameters
        ----------
        user_azimuth, bs_azimuth : float
            Azimuths of the user and of the base station, seen from the first sub-IRS's boresight (radians).
        irs_separation : float
            Distance between the sub-IRSs along y in metres.

        Examples
        --------
        >>> Geometry.section_v().bs_position[2]
        10.0
        """
        user_azimuth = _validate.real("user_azimuth", user_azimuth)
        bs_azimuth = _validate.real("bs_azimuth", bs_azimuth)
        irs_separation = _validate.real("irs_separation", irs_separation)
        bs_floor, user_floor = math.sqrt(30.0**2 - 5.0**2), math.sqrt(10.0**2 - 5.0**2)
        return cls(
            bs_position=(bs_floor * math.cos(bs_azimuth), bs_floor * math.sin(bs_azimuth), 10.0),
            irs_positions=((0.0, 0.0, 5.0), (0.0, irs_separation, 5.0)),
            user_position=(user_floor * math.cos(user_azimuth), user_floor * math.sin(user_azimuth), 0.0),
        )

    def distances(self, sub_irs: int) -> tuple[float, float]:
        """Distances (d_B2I, d_I2U) in metres, through sub-IRS 0 or 1."""
        irs = self._irs(sub_irs)
        return math.dist(self.bs_position, irs), math.dist(irs, self.user_position)

    def user_aoa(self, sub_irs: int) -> tuple[float, float]:
        """(gamma, phi)^A_I2U: elevation and azimuth from the user towards a sub-IRS."""
        return _direction(self.user_position, self._irs(sub_irs))

    def user_aod(self, sub_irs: int) -> tuple[float, float]:
        """(gamma, phi)^D_I2U: elevation and azimuth from a sub-IRS towards the user."""
        return _direction(self._irs(sub_irs), self.user_position)

    def irs_aoa(self, sub_irs: int) -> tuple[float, float]:
        """(gamma, phi)^A_B2I: elevation and azimuth from a sub-IRS towards the base station."""
        return _direction(self._irs(sub_irs), self.bs_position)

    def bs_aod(self, sub_irs: int) -> float:
        """gamma^D_B2I: angle off the broadside of the base station's array towards a sub-IRS."""
        elevation, azimuth = _direction(self.bs_position, self._irs(sub_irs))
        return math.asin(math.cos(elevation) * math.sin(azimuth))

    def path_gains(self, sub_irs: int) -> tuple[float, float]:
        """Amplitude gains ``|alpha_B2I|`` and ``|alpha_I2U|`` through a sub-IRS."""
        to_irs, to_user = self.distances(sub_irs)
        return (
            path_gain(to_irs, self.bs_irs_exponent, self.reference_loss_db),
            path_gain(to_user, self.irs_user_exponent, self.reference_loss_db),
        )

    def scenario(self, sub_irs: int = 0, **changes: Any) -> Scenario:
        """Scenario of the time block in which ``sub_irs`` reflects.

        Parameters
        ----------
        sub_irs : {0, 1}
            The sub-IRS that is switched on.
        **changes
            Fields of `Scenario` to set besides those that the geometry fixes.

        Examples
        --------
        >>> Geometry.section_v().scenario(snr_db=5.0).snr_db
        5.0
        """
        to_irs, to_user = self.path_gains(sub_irs)
        fixed: dict[str, Any] = {
            "user_aoa": self.user_aoa(sub_irs),
            "irs_aoa": self.irs_aoa(sub_irs),
            "bs_aod": self.bs_aod(sub_irs),
            "bs_irs_gain": to_irs,
            "irs_user_gain": to_user,
        }
        return Scenario(**(fixed | changes))

    def _irs(self, sub_irs: int) -> tuple[float, float, float]:
        return self.irs_positions[_validate.integer("sub_irs", sub_irs, at_least=0, at_most=1)]


def _direction(start: tuple[float, ...], end: tuple[float, ...]) -> tuple[float, float]:
    x, y, z = np.subtract(end, start) / math.dist(start, end)
    return math.asin(z), math.atan2(y, x)


def _positive(name: str, value: object, largest: float) -> float:
    number = _validate.real(name, value, positive=True)
    _check_range(name, number, largest)
    return number


def _check_range(name: str, value: complex, largest: float) -> None:
    if not 1 / largest <= abs(value) <= largest:
        raise ValueError(f"{name} must be of magnitude {1 / largest:g} to {largest:g}, got {value!r}")


def _path_gain(name: str, value: object) -> complex:
    gain = _validate.complex_number(name, value)
    _check_range(name, gain, _LARGEST_GAIN)
    return gain
