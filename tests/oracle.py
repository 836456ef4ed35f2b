"""A second implementation of the bounds in mpmath at 50 digits, from the equations of the paper alone.

It shares no line with the package: the channels are (4)-(11) and (58) multiplied out element by element, the
derivatives by the angles are central differences, the information is (22)-(25), and its inverse is Gauss's. Only
the numbers of a scenario are read from the package's class.
"""

import math

import mpmath as mp

from noisac import Scenario

DIGITS = 50
#: With 50 correct digits in mind: the truncation error of a central difference is of the order of its square.
STEP = mp.mpf(10) ** -28
WORKING_DIGITS = 90
#: What is smaller than this beside its neighbours is zero.
ZERO = mp.mpf(10) ** -35


def received(scenario: Scenario, beam, elevation, azimuth, irs_sign, reference=(0, 0)):
    """Mean of the received signal of (1) at every antenna of the user, for x = 1 and the beam (41).

    The paper's phases are zero at the antenna of index (0, 0); ``reference`` puts that point elsewhere.
    """
    (user_y, user_z), (irs_y, irs_z) = scenario.user_shape, scenario.irs_shape
    irs_step, user_step = 2 * mp.pi * mp.mpf(scenario.irs_spacing), 2 * mp.pi * mp.mpf(scenario.user_spacing)
    cosines = mp.cos(elevation) * mp.sin(azimuth), mp.sin(elevation)
    arrival, departure = (mp.mpf(angle) for angle in scenario.irs_aoa)
    seen = mp.cos(arrival) * mp.sin(departure), mp.sin(arrival)
    # |a_B^H w| sqrt(P_t) with the unit-modulus response of the base station, (41).
    amplitude = mp.sqrt(scenario.bs_antennas * mp.mpf(scenario.transmit_power))
    scattered = mp.mpc(0)
    for element, weight in enumerate(beam):
        y, z = divmod(element, irs_z)  # (9), (10)
        assert y < irs_y
        inward = irs_step * (y * seen[0] + z * seen[1])  # (11)
        outward = irs_sign * irs_step * (y * cosines[0] + z * cosines[1])  # (58)
        scattered += mp.mpc(complex(weight)) * mp.expj(inward + outward)
    positions = [divmod(antenna, user_z) for antenna in range(user_y * user_z)]  # (7), (8)
    steps = [(y - mp.mpf(reference[0]), z - mp.mpf(reference[1])) for y, z in positions]
    return [amplitude * scattered * mp.expj(user_step * (y * cosines[0] + z * cosines[1])) for y, z in steps]


def inner(first, second):
    """Inner product, the first factor conjugated."""
    return mp.fsum(mp.conj(a) * b for a, b in zip(first, second, strict=True))


def bounds(scenario: Scenario, beam, symbols, symbol_model: str, reference=(0, 0)):
    """Mean bound of the symbols, bounds of elevation and azimuth, infinite where the matrix does not have them.

    The symbols are eliminated slot by slot; `dense_bounds` inverts the whole matrix.
    """
    with mp.workdps(WORKING_DIGITS):
        unknown, angles = derivatives(scenario, beam, symbol_model, reference)
        snr = mp.mpf(10) ** (mp.mpf(scenario.snr_db) / 10)
        power = 2 * snr * inner(unknown[0], unknown[0]).real if unknown else mp.mpf(0)
        own = [[2 * snr * inner(a, b).real for b in angles] for a in angles]
        mixed = [[2 * snr * inner(u, s) for s in angles] for u in unknown]
        symbols = [mp.mpc(complex(x)) for x in symbols]
        energy, loudest = mp.fsum(abs(x) ** 2 for x in symbols), max(own[0][0], own[1][1])
        # One row (by elevation, by azimuth) for every slot and unknown: the derivatives by the angles turn with x.
        rows = [[(x * product).real for product in row] for x in symbols for row in mixed] if power else []
        information = mp.zeros(2, 2)
        for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
            lost = mp.fsum(row[i] * row[j] for row in rows) / power if rows else mp.mpf(0)
            information[i, j] = energy * own[i][j] - lost
        inverse, exists, null = inverse_of_two(information, energy * loudest)
        elevation, azimuth = (inverse[i, i] if exists[i] else mp.inf for i in range(2))
        if not unknown:
            return mp.nan, elevation, azimuth
        # What cannot be told of the angles is imitated by a symbol.
        for y, z in null:
            if any((row[0] * y + row[1] * z) ** 2 > ZERO * energy * loudest * power for row in rows):
                return mp.inf, elevation, azimuth
        if not power:
            return mp.inf, elevation, azimuth
        spread = mp.fsum(
            row[0] ** 2 * inverse[0, 0] + 2 * row[0] * row[1] * inverse[0, 1] + row[1] ** 2 * inverse[1, 1]
            for row in rows
        )
        return (len(rows) / power + spread / power**2) / len(symbols), elevation, azimuth


def derivatives(scenario, beam, symbol_model, reference=(0, 0)):
    """Derivatives of the mean of one slot with x = 1: by what is unknown of a symbol, and by the two angles."""
    irs_sign = -1 if scenario.phase_convention == "difference" else 1
    elevation, azimuth = (mp.mpf(angle) for angle in scenario.user_aoa)
    here = received(scenario, beam, elevation, azimuth, irs_sign, reference)
    if mp.norm(here) <= ZERO * mp.norm(received_magnitude(scenario)):
        here = [mp.mpc(0)] * len(here)
    by_angle = []
    for d_elevation, d_azimuth in ((STEP, 0), (0, STEP)):
        after = received(scenario, beam, elevation + d_elevation, azimuth + d_azimuth, irs_sign, reference)
        before = received(scenario, beam, elevation - d_elevation, azimuth - d_azimuth, irs_sign, reference)
        by_angle.append([(a - b) / (2 * STEP) for a, b in zip(after, before, strict=True)])
    by_symbol = {"real": [here], "complex": [here, [1j * value for value in here]], "known": []}[symbol_model]
    return by_symbol, by_angle


def received_magnitude(scenario):
    """Magnitudes with all elements in phase, a measure of what is zero."""
    loudest = mp.sqrt(scenario.bs_antennas * mp.mpf(scenario.transmit_power)) * scenario.irs_elements
    return [loudest] * scenario.user_antennas


def inverse_of_two(matrix, scale):
    """Pseudo-inverse of the angles' information, which diagonal elements of it are bounds, and null vectors."""
    a, b, c = matrix[0, 0], matrix[0, 1], matrix[1, 1]
    first, second = (1, 0), (0, 1)
    if a <= ZERO * scale and c <= ZERO * scale:
        return mp.zeros(2, 2), (False, False), (first, second)
    if a <= ZERO * scale:
        return mp.matrix([[0, 0], [0, 1 / c]]), (False, True), (first,)
    if c <= ZERO * scale:
        return mp.matrix([[1 / a, 0], [0, 0]]), (True, False), (second,)
    determinant = a * c - b * b
    if determinant <= ZERO * a * c:
        length = mp.sqrt(a * a + b * b)
        return matrix / (a + c) ** 2, (False, False), ((-b / length, a / length),)
    return mp.matrix([[c, -b], [-b, a]]) / determinant, (True, True), ()


def dense_bounds(scenario, beam, symbols, symbol_model):
    """`bounds` by inverting the matrix (22) as a whole; for few slots and where it can be inverted."""
    with mp.workdps(WORKING_DIGITS):
        unknown, angles = derivatives(scenario, beam, symbol_model)
        snr = mp.mpf(10) ** (mp.mpf(scenario.snr_db) / 10)
        silence = [mp.mpc(0)] * scenario.user_antennas
        columns = []
        for t in range(len(symbols)):
            for column in unknown:
                columns.append([v for s in range(len(symbols)) for v in (column if s == t else silence)])
        columns += [[mp.mpc(complex(x)) * v for x in symbols for v in derivative] for derivative in angles]
        matrix = mp.matrix([[2 * snr * inner(a, b).real for b in columns] for a in columns])
        inverse = matrix**-1
        diagonal = [inverse[i, i] for i in range(len(columns))]
        symbol = mp.fsum(diagonal[:-2]) / len(symbols) if unknown else mp.nan
        return symbol, diagonal[-2], diagonal[-1]


def relative_error(value: float, exact) -> float:
    """Distance in units of the exact value; zero for two infinities or two NaN."""
    if mp.isnan(exact) or mp.isinf(exact):
        return 0.0 if (math.isnan(value) if mp.isnan(exact) else math.isinf(value)) else math.inf
    return float(abs(mp.mpf(float(value)) - exact) / abs(exact))
