r"""The bounds (28)-(30) as formulas, for the three models of the symbols.

They are written with the elements of E, the matrix of `noisac_book.derivations.elimination.angle_information`,
with its determinant Delta, and with tau = tan(gamma) sin(phi). `written_out` replaces these by what they
stand for.
"""

from __future__ import annotations

from typing import NamedTuple

from sympy import (
    Abs,
    Expr,
    I,
    Matrix,
    Symbol,
    conjugate,
    diff,
    exp,
    expand,
    factor_terms,
    im,
    re,
    simplify,
    sin,
    summation,
    symbols,
    tan,
)

from noisac.model.symbols import SymbolModel
from noisac_book.derivations.channel import u_of_the_angles, v_of_the_angles
from noisac_book.derivations.elimination import (
    E_yy,
    E_yz,
    E_zz,
    InformationBlocks,
    M_y,
    M_z,
    V_y,
    V_z,
    angle_information,
    antenna_variance,
    c,
    d_y,
    d_z,
    information_blocks,
    power,
    pseudo_power,
    s_0,
    s_y,
    s_z,
    signal_gradients,
    x,
)
from noisac_book.derivations.names import azimuth, elevation, slots

#: Determinant of E, and the slope tan(gamma) sin(phi).
Delta, tau = symbols("Delta tau", real=True)
#: Elements of R = sum_t b b^T: what the symbols can imitate of the surface's information.
R_yy, R_yz, R_zz = symbols("R_yy R_yz R_zz", real=True)
#: c |s_0|^2, the information on a symbol when the angles are known.
gain: Expr = c * Abs(s_0) ** 2
_E = Matrix(2, 2, [E_yy, E_yz, E_yz, E_zz])
_R = Matrix(2, 2, [R_yy, R_yz, R_yz, R_zz])


def angle_jacobian() -> Matrix:
    """Differentiate (u, v) by the elevation and the azimuth.

    Equations: (59), (60)

    Examples
    --------
    >>> angle_jacobian()[1, 1]
    0
    """
    u_and_v = u_of_the_angles(), v_of_the_angles()
    return Matrix([[diff(one, angle) for angle in (elevation, azimuth)] for one in u_and_v])


class GradientFormula(NamedTuple):
    """Gradient of an angle by (u, v), as a common factor and a direction."""

    factor: Expr
    direction: Matrix


def angle_gradients() -> tuple[GradientFormula, GradientFormula]:
    """Invert `angle_jacobian`: gradients of the elevation and of the azimuth by (u, v).

    Equations: (59), (60)

    Examples
    --------
    >>> of_elevation, of_azimuth = angle_gradients()
    >>> of_elevation.direction, of_azimuth.direction
    (Matrix([[0, 1]]), Matrix([[1, tau]]))
    """
    inverse = angle_jacobian().inv()
    of_elevation, of_azimuth = simplify(inverse[0, 1]), simplify(inverse[1, 0])
    slope = simplify(inverse[1, 1] / of_azimuth).subs(tan(elevation) * sin(azimuth), tau)
    return (
        GradientFormula(of_elevation, Matrix([[inverse[0, 0], 1]])),
        GradientFormula(of_azimuth, Matrix([[1, slope]])),
    )


def elevation_bound() -> Expr:
    """CRLB(gamma), (29).

    Equations: (29)

    Examples
    --------
    >>> elevation_bound()
    E_yy/(pi**2*Delta*c*cos(gamma)**2*Abs(s_0)**2)
    """
    return _angle_bound(angle_gradients()[0])


def azimuth_bound() -> Expr:
    """CRLB(phi), (30).

    Equations: (30)

    Examples
    --------
    >>> azimuth_bound().has(tau)
    True
    """
    return _angle_bound(angle_gradients()[1])


def angle_bound() -> Expr:
    """CRLB_angle, (14): the mean of `elevation_bound` and `azimuth_bound`.

    Equations: (14) : definition

    Examples
    --------
    >>> bool(2 * angle_bound() - elevation_bound() - azimuth_bound() == 0)
    True
    """
    return (elevation_bound() + azimuth_bound()) / 2


def _angle_bound(gradient: GradientFormula) -> Expr:
    form = expand((gradient.direction * _E.adjugate() * gradient.direction.T)[0])
    return form * gradient.factor**2 / (Delta * gain)


def symbol_bound(symbol_model: SymbolModel = "real") -> Expr:
    """CRLB(x(t)), (28), of a slot with symbol x.

    Equations: (28)

    Examples
    --------
    >>> symbol_bound("complex")
    (2 + Abs(d_z)**2*Abs(x)**2/(P*V_z) + Abs(d_y)**2*Abs(x)**2/(P*V_y))/(c*Abs(s_0)**2)
    """
    blocks = information_blocks(symbol_model)
    if symbol_model == "complex":
        spread = blocks.cross * angle_information("complex").inv() * blocks.cross.T
        return (2 + expand(expand(spread.trace()).subs(_squared_moduli()))) / gain
    return (1 + _quadratic(blocks) / Delta) / gain


def _quadratic(blocks: InformationBlocks) -> Expr:
    return expand((blocks.cross * _E.adjugate() * blocks.cross.T)[0])


def _squared_moduli() -> dict[Expr, Expr]:
    # Re^2 + Im^2 of a product; both squares come with the same factor, so that one rule for Re^2 does.
    return {re(d * x) ** 2: Abs(d) ** 2 * Abs(x) ** 2 - im(d * x) ** 2 for d in (d_y, d_z)}


def imitated_information() -> Matrix:
    """R = sum over the slots of Im{d x} Im{d x}^T, in P and Q: what "real" symbols can imitate.

    Examples
    --------
    >>> imitated_information()[0, 0]
    P*Abs(d_y)**2/2 - re(Q*d_y**2)/2
    """
    return angle_information("known") - angle_information("real")


def mean_symbol_bound(symbol_model: SymbolModel = "real") -> Expr:
    """CRLB_x, (13): the mean of `symbol_bound` over the T slots of a block.

    Equations: (13) : definition; (28)

    Examples
    --------
    >>> mean_symbol_bound("complex")
    (2 + (Abs(d_z)**2/V_z + Abs(d_y)**2/V_y)/T)/(c*Abs(s_0)**2)
    """
    if symbol_model == "complex":
        # The sum of |x(t)|^2 over the slots is P, which the angles' information contains, too.
        spread = expand(symbol_bound("complex") * gain - 2).subs(Abs(x) ** 2, power)
        return (2 + spread / slots) / gain
    return (1 + expand((_E.adjugate() * _R).trace()) / (slots * Delta)) / gain


def written_out(expression: Expr, symbol_model: SymbolModel) -> Expr:
    """Replace E, R, Delta and tau in a bound by the beam's d, the symbols' P and Q, and the angles.

    Examples
    --------
    >>> written_out(elevation_bound(), "complex")
    1/(pi**2*P*V_z*c*cos(gamma)**2*Abs(s_0)**2)
    """
    values = dict(zip(_E, angle_information(symbol_model), strict=True))
    values |= dict(zip(_R, imitated_information(), strict=True))
    slope = tan(elevation) * sin(azimuth)
    written = expression.subs({Delta: _E.det(), tau: slope}).subs(values)
    return factor_terms(expand(written)) if symbol_model == "complex" else written


def with_array_sizes(expression: Expr) -> Expr:
    """Write the variances of the antennas' indices with the sizes M_y and M_z of the array."""
    return expression.subs({V_y: antenna_variance(M_y).factor(), V_z: antenna_variance(M_z).factor()})


def determinant(symbol_model: SymbolModel = "real") -> Expr:
    """Delta as a sum of terms none of which is negative: zero means that some bound on the angles is missing.

    Examples
    --------
    >>> determinant("complex")
    P**2*V_y*V_z
    """
    user_y, user_z = power * V_y, power * V_z
    surface = angle_information(symbol_model).subs({V_y: 0, V_z: 0})
    area = im(conjugate(d_y) * d_z) ** 2
    both = {"real": (power**2 - Abs(pseudo_power) ** 2) / 4 * area, "complex": 0, "known": power**2 * area}[
        symbol_model
    ]
    return user_y * user_z + user_y * surface[1, 1] + user_z * surface[0, 0] + both


def information_at_silence() -> Matrix:
    """Information on (u, v), over c, of a beam that cancels itself towards the user: s_0 = 0.

    The derivative by the symbol vanishes with s_0, so that nothing is lost to the symbols, whatever is unknown of
    them; the derivatives by u and v stay.

    Examples
    --------
    >>> information_at_silence()[0, 0]
    P*Abs(s_y)**2
    """
    _, by_u, by_v = (gradient.subs({s_0: 0}) for gradient in signal_gradients())
    products = Matrix(2, 2, lambda i, j: re(expand(conjugate((by_u, by_v)[i]) * (by_u, by_v)[j])))
    rules = {x * conjugate(x): power, Abs(x) ** 2: power}
    rules |= {s * conjugate(s): Abs(s) ** 2 for s in (s_y, s_z)}
    order = {re(s_z * conjugate(s_y)): re(s_y * conjugate(s_z))}
    return products.applyfunc(lambda entry: re(_argument(entry).subs(rules)).subs(order))


def _argument(entry: Expr) -> Expr:
    """Return what stands inside a real part, or the expression if it is none."""
    return entry.args[0] if isinstance(entry, re) else entry


def information_near_silence(symbol_model: SymbolModel = "real") -> Matrix:
    """Limit of the information on (u, v), over c, as s_0 = rho e^(j psi) goes to zero.

    Examples
    --------
    >>> information_near_silence("complex").is_zero_matrix
    True
    """
    rho, psi = Symbol("rho", positive=True), Symbol("psi", real=True)
    # The mean of the antennas' indices is lost beside s / s_0.
    d = {one: -s * exp(-I * psi) / rho for one, s in ((d_y, s_y), (d_z, s_z))}
    finite = angle_information(symbol_model).applyfunc(lambda entry: expand(rho**2 * entry.subs(d)).subs(rho, 0))
    return finite.subs(re(s_z * conjugate(s_y)), re(s_y * conjugate(s_z)))


class CoPhasedBeam(NamedTuple):
    """The sums s_0 and d of the beam that co-phases all elements towards the user.

    Attributes
    ----------
    s_0, d_y, d_z : sympy expressions
    """

    s_0: Expr
    d_y: Expr
    d_z: Expr


def co_phased_beam() -> CoPhasedBeam:
    """Sums of the co-phased beam, for a surface of L_y x L_z elements and M_y x M_z antennas.

    All terms of s_0 are one, so that s_0 counts the elements and s_y / s_0 is the mean of their indices.

    Examples
    --------
    >>> co_phased_beam().d_y
    -L_y/2 + M_y/2
    """
    L_y, L_z = symbols("L_y L_z", integer=True, positive=True)
    d = (expand(_mean_index(antennas) - _mean_index(rows)) for antennas, rows in ((M_y, L_y), (M_z, L_z)))
    return CoPhasedBeam(L_y * L_z, *d)


def _mean_index(rows: Symbol) -> Expr:
    index = Symbol("l", integer=True, nonnegative=True)
    return simplify(summation(index, (index, 0, rows - 1)) / rows)
