"""The paper's claims, in the order of the paper: declarations, tested by `_claims_exact` and `_claims_measured`.

The statements are in words of this book's own. An explanation is written for each verdict that was seen; a claim
that comes out otherwise is reported without one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from noisac.experiments.paper import NOISAC, TDISAC
from noisac.verdicts import exact, measured
from noisac.verdicts.margins import NOT_REPRODUCED, REPRODUCED, SHAPE_ONLY, Data, Limits, Outcome


@dataclass(frozen=True)
class Claim:
    """A statement of the paper and how it is tested.

    Attributes
    ----------
    id, section, statement, test, expected : str
        As in `noisac.verdicts.records.Record`.
    experiments : tuple of str
        What the test needs the data of.
    judge : callable
        From data and thresholds to outcome.
    why : mapping
        Explanations by verdict, written for those verdicts that have been seen.
    """

    id: str
    section: str
    statement: str
    test: str
    expected: str
    experiments: tuple[str, ...]
    judge: Callable[[Data, Limits], Outcome]
    why: Mapping[str, str]


_PER_DRAW = "taken draw by draw, because at T = 2 the mean bound has an infinite variance"
_ONE_BEAM = (
    "With a surface as wide as the user's array, one and the same beam is best for symbols and angles; what the "
    "weight still moves is what coarse phases and the search leave over."
)
_NO_GEOMETRY = (
    "No geometry brings it out: the chapter 'When is there a trade-off?' bounds the range between the optimal "
    "beams of Theorem 1 below the paper's number, for all angles and draws."
)
_NARROW_RANGE = f"{_ONE_BEAM} A wider surface opens a range, but a narrow one."
_AMPLITUDES_ADD = "The beam adds the amplitudes of all elements, so that the received power grows about as L^2."
_DATA_IN_ALL_SLOTS = "It sends data in all slots, TD-ISAC in four fifths of them."
_ENERGY_OF_ALL_SLOTS = "It localises with the energy of all slots, TD-ISAC with that of one fifth."
_ONE_MORE_OBSERVATION = "Each slot brings one more symbol and one more observation of it."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="abstract-better-than-td",
        section="Abstract, VI",
        statement="NO-ISAC is superior to TD-ISAC, in communication as well as in localisation.",
        test="At every point of Figs. 8, 9 and 10 the rate is higher by more than 0.01 bit and the bound on "
        "the angles lower by more than 0.05 dB.",
        expected="superior in both",
        experiments=("fig08", "fig09", "fig10"),
        judge=measured.better_throughout,
        why={
            REPRODUCED: "All slots carry data and all carry energy for the angles, where TD-ISAC gives four "
            "fifths of them to the one and one fifth to the other."
        },
    ),
    Claim(
        id="abstract-close-to-pilots",
        section="Abstract, VI",
        statement="With enough slots, random data localise about as well as dedicated pilots.",
        test="At the largest T of Fig. 5, and for every weight, the mean bound on the angles is less than 10 % "
        "above that of pilots.",
        expected="comparable",
        experiments=("fig05",),
        judge=measured.close_to_pilots,
        why={
            REPRODUCED: "The bound is inversely proportional to the energy of the symbols, whose relative spread "
            "falls with T: on average its inverse is T / (T - 1) times that of pilots."
        },
    ),
    Claim(
        id="abstract-more-elements",
        section="Abstract, VI",
        statement="More elements of the surface improve NO-ISAC significantly.",
        test="In Fig. 10 every step of L raises the rate by more than 0.1 bit and lowers the bound on the "
        f"angles by more than 0.5 dB, {_PER_DRAW}.",
        expected="significant gains",
        experiments=("fig10",),
        judge=partial(measured.both_improve_with_elements, [NOISAC]),
        why={REPRODUCED: _AMPLITUDES_ADD},
    ),
    Claim(
        id="sec1-closed-form",
        section="I, III",
        statement="The modified CRLB (31) has a closed form.",
        test="A formula without any matrix inverse equals (31) to 1e-6 for 20 scenarios of all shapes, at three "
        "weights.",
        expected="equal",
        experiments=(),
        judge=exact.closed_form,
        why={
            REPRODUCED: "The paper itself stops at entries of an inverse of size T + 2; eliminating the "
            "symbols by hand leaves a 2 x 2 matrix, whose inverse can be written down."
        },
    ),
    Claim(
        id="thm1-information",
        section="III, Theorem 1",
        statement="(22) is the Fisher information of the received signal, with one real unknown per symbol.",
        test="(22) equals (54) with central differences of the noise-free signal in place of derivatives, to 1e-6 "
        "of the diagonal, for 20 scenarios of all shapes.",
        expected="equal",
        experiments=(),
        judge=exact.theorem_1,
        why={
            REPRODUCED: "The derivatives (23) to (27) are right. Whether one real unknown does justice to a "
            "complex symbol is another question."
        },
    ),
    Claim(
        id="thm1-prior",
        section="III, Theorem 1",
        statement="The prior of the symbols tells nothing about them: J_P = 0.",
        test="Second difference of the logarithm of (50) along the real axis, the parameter that (22) uses. "
        "Shape: less than 1 % of the data's information at 0 dB. Number: zero.",
        expected="0",
        experiments=(),
        judge=exact.prior,
        why={
            SHAPE_ONLY: "(52) differentiates twice with the conjugate held fixed, which is no derivative by a "
            "real parameter, as (22) has them. For that the prior's information is 2 / sigma_x^2: not "
            "zero, but negligible against the data's."
        },
    ),
    Claim(
        id="cor1-information",
        section="III, Corollary 1",
        statement="Symbol and estimate share half the logarithm of sigma_x^2 over the bound.",
        test="Entropies (33) of the circular variables of (34), both real parts counted. Shape: a fixed "
        "multiple of (32) for bounds from 1e-6 to 1e-2. Number: that multiple is 1, within 15 %.",
        expected="1 times (32)",
        experiments=(),
        judge=exact.information_of_complex_symbols,
        why={
            SHAPE_ONLY: "(35) takes the entropies of the real parts alone; the imaginary parts add as much again. "
            "With (34) at its word all rates double, which changes no comparison between systems."
        },
    ),
    Claim(
        id="eq37-decoupling",
        section="IV",
        statement="The objective splits into a part for the base station's beam and a part V for the "
        "surface's, (38).",
        test="Shape: (31) plus lg |a^H w|^2 is the same for all w, to 1e-6. Number: it is V of (38) as printed.",
        expected="V as printed",
        experiments=(),
        judge=exact.decoupling,
        why={
            SHAPE_ONLY: "The base station's gain scales the whole matrix. In (38) the first term has lost its "
            "weight zeta."
        },
    ),
    Claim(
        id="eq41-optimal",
        section="IV-A",
        statement="The scaled steering vector (41) is the base station's best beam.",
        test="Its gain equals the power limit times the largest eigenvalue of a a^H, to 1e-6, within the power "
        "limit.",
        expected="the upper bound is met",
        experiments=(),
        judge=exact.active_beam,
        why={REPRODUCED: "This is the Cauchy-Schwarz inequality."},
    ),
    Claim(
        id="remark1-cost",
        section="IV-B, Remark 1",
        statement="A candidate of Algorithm 1 costs on the order of L^3 (2 T + 1).",
        test="By counting, not timing: is that order needed? Three sums over the elements and the symbols' 2 x 2 "
        "moments, formed once, give the same objective to 1e-6, for L from 4 to 36 and T from 2 to 30.",
        expected="L^3 T",
        experiments=(),
        judge=exact.cost,
        why={
            NOT_REPRODUCED: "As an upper bound the remark is true, but both hops have rank one, so that a beam "
            "enters through three sums and the symbols through their second moments."
        },
    ),
    Claim(
        id="fig04-worse-than-pilots",
        section="V-A, Fig. 4",
        statement="NO-ISAC localises worse than a system with pilots, at every variance of the symbols.",
        test="The mean bound on the angles is higher by more than 0.05 dB at all ten variances.",
        expected="worse",
        experiments=("fig04",),
        judge=measured.worse_than_pilots,
        why={
            REPRODUCED: "Blocks of random symbols with little energy weigh heavily in the mean of a bound that is "
            "inversely proportional to it; the unknown symbols themselves cost almost nothing."
        },
    ),
    Claim(
        id="fig04-twice-worse",
        section="V-A, Fig. 4",
        statement="At sigma_x^2 = 1 its accuracy is 2 times lower.",
        test="Ratio of the mean bounds on the angles. Shape: above 1.1. Number: 2, within 15 %. If accuracy "
        "meant the standard deviation, the number would be 4.",
        expected="2",
        experiments=("fig04",),
        judge=measured.twice_worse,
        why={
            SHAPE_ONLY: "With nearly aligned beams the ratio is that of the mean of the inverse energy, T / (T "
            "- 1). At Fig. 4's T = 5 this is 1.25; it is 2 at T = 2, the default of Section V."
        },
    ),
    Claim(
        id="fig04-seven-bits",
        section="V-A, Fig. 4",
        statement="At sigma_x^2 = 1 the same signal carries 7 bit per symbol.",
        test="Rate (47). Shape: no less than 7 bit, within 0.25 bit. Number: 7, within 0.25 bit.",
        expected="7 bit",
        experiments=("fig04",),
        judge=measured.seven_bits,
        why={
            SHAPE_ONLY: "The rate follows from the gain towards the user, and Algorithm 1 brings that close to "
            "the gain of the aligned beam. Why the paper's rate is lower its text does not tell."
        },
    ),
    Claim(
        id="fig04-variance-hurts",
        section="V-A, Fig. 4",
        statement="A larger variance of the symbols is bad for localisation.",
        test="The mean bound on the angles rises by more than 0.05 dB from the smallest variance to the "
        "largest; no step reverses this by more than 0.05 dB beyond the error.",
        expected="the bound rises",
        experiments=("fig04",),
        judge=measured.variance_hurts,
        why={REPRODUCED: "The energy of a block varies more, and the mean of its inverse grows."},
    ),
    Claim(
        id="fig04-variance-helps",
        section="V-A, Fig. 4",
        statement="A larger variance of the symbols is good for communication.",
        test="The rate rises by more than 0.01 bit at every step of the variance.",
        expected="the rate rises",
        experiments=("fig04",),
        judge=measured.variance_helps,
        why={
            REPRODUCED: "(32) contains the variance directly, and the bound on the symbols hardly depends on it."
        },
    ),
    Claim(
        id="fig05-gap-weight",
        section="V-A, Fig. 5",
        statement="A smaller weight narrows the gap to pilots.",
        test=f"From zeta = 0.1 to 0.9 the gap, averaged over T, rises by more than 0.05 dB, {_PER_DRAW}.",
        expected="a smaller gap for a smaller weight",
        experiments=("fig05",),
        judge=measured.gap_by_weight,
        why={
            NOT_REPRODUCED: f"{_ONE_BEAM} The gap comes from the energy of the symbols, on which no beam has "
            "influence."
        },
    ),
    Claim(
        id="fig05-gap-vanishes",
        section="V-A, Fig. 5",
        statement="For a small weight the gap to pilots vanishes as T grows.",
        test="At zeta = 0.1 the gap falls, within the error, to less than a quarter from T = 2 to 30, "
        f"{_PER_DRAW}.",
        expected="the gap vanishes",
        experiments=("fig05",),
        judge=measured.gap_vanishes,
        why={
            REPRODUCED: "The energy of a block approaches its mean. This is no matter of the weight: for the "
            "other weights the gap vanishes alike."
        },
    ),
    Claim(
        id="fig06-elements-help",
        section="V-A, Fig. 6",
        statement="More elements improve the localisation of both systems significantly.",
        test="Every step of L lowers the bound on the angles by more than 0.5 dB, for three variances, "
        f"{_PER_DRAW}.",
        expected="the bound falls",
        experiments=("fig06",),
        judge=measured.bound_falls_with_elements,
        why={REPRODUCED: _AMPLITUDES_ADD},
    ),
    Claim(
        id="fig06-small-surfaces",
        section="V-A, Fig. 6",
        statement="They help most where there are few.",
        test="The gain in dB per added element falls from each step of L to the next, for both systems.",
        expected="largest gain at small L",
        experiments=("fig06",),
        judge=measured.gain_of_small_surfaces,
        why={
            REPRODUCED: "The bound falls about as a power of L, hence by ever less per element. Per doubling of L "
            "the gain does not fall."
        },
    ),
    Claim(
        id="fig08-rate-better",
        section="V-B, Fig. 8",
        statement="At every T NO-ISAC has the higher rate.",
        test="Its rate (47) exceeds that of TD-ISAC, (48) over the data slots, by more than 0.01 bit at every "
        "point.",
        expected="higher",
        experiments=("fig08",),
        judge=partial(measured.rate_above_tdisac, "fig08"),
        why={REPRODUCED: _DATA_IN_ALL_SLOTS},
    ),
    Claim(
        id="fig08-angles-better",
        section="V-B, Fig. 8",
        statement="At every T NO-ISAC localises better.",
        test="Its mean bound on the angles is lower than TD-ISAC's by more than 0.05 dB at every point.",
        expected="lower",
        experiments=("fig08",),
        judge=partial(measured.angles_below_tdisac, "fig08"),
        why={REPRODUCED: _ENERGY_OF_ALL_SLOTS},
    ),
    Claim(
        id="fig08-advantage-with-slots",
        section="V-B, Fig. 8",
        statement="Its advantage in localisation grows with T.",
        test="The ratio of the mean bounds grows by more than 0.05 dB from T = 5 to 50, and no step reverses this "
        "beyond the error. Both bounds fall as 1 / T, so the paper cannot mean their difference, which is "
        "given beside.",
        expected="grows",
        experiments=("fig08",),
        judge=measured.advantage_with_slots,
        why={
            REPRODUCED: "As a ratio: 5 (T - 1) / T for nearly aligned beams, because the mean of the inverse "
            "energy approaches that of pilots. It is bounded by 5, and most of the growth is over by T = "
            "20."
        },
    ),
    Claim(
        id="fig08-randomness-vanishes",
        section="V-B, Fig. 8",
        statement="The loss that random symbols cause in localisation disappears as T grows.",
        test="Mean bound on the angles against that of pilots in all slots, a fifth of TD-ISAC's. From T = 5 "
        "to 50 this loss falls, within the error, to less than a quarter in dB.",
        expected="disappears",
        experiments=("fig08",),
        judge=measured.randomness_vanishes,
        why={REPRODUCED: "The energy of a block approaches its mean; the mean of its inverse is 1 / (T - 1)."},
    ),
    Claim(
        id="fig08-rate-flat",
        section="V-B, Fig. 8",
        statement="The rates of both systems stay the same as T grows.",
        test="No rate differs from that at T = 5 by more than 0.05 bit.",
        expected="flat",
        experiments=("fig08",),
        judge=partial(measured.rate_flat, "fig08"),
        why={REPRODUCED: _ONE_MORE_OBSERVATION},
    ),
    Claim(
        id="fig09-rate-better",
        section="V-B, Fig. 9",
        statement="At every SNR NO-ISAC has the higher rate.",
        test="It exceeds that of TD-ISAC by more than 0.01 bit at every point.",
        expected="higher",
        experiments=("fig09",),
        judge=partial(measured.rate_above_tdisac, "fig09"),
        why={REPRODUCED: _DATA_IN_ALL_SLOTS},
    ),
    Claim(
        id="fig09-angles-better",
        section="V-B, Fig. 9",
        statement="At every SNR NO-ISAC localises better.",
        test=f"Its bound on the angles is lower by more than 0.05 dB at every point, {_PER_DRAW}.",
        expected="lower",
        experiments=("fig09",),
        judge=partial(measured.angles_below_tdisac, "fig09"),
        why={REPRODUCED: _ENERGY_OF_ALL_SLOTS},
    ),
    Claim(
        id="fig09-rate-gap",
        section="V-B, Fig. 9",
        statement="The gap between the rates widens with the SNR.",
        test="It widens by more than 0.01 bit at every step.",
        expected="widens",
        experiments=("fig09",),
        judge=measured.rate_gap_widens,
        why={
            REPRODUCED: "The gap is a fifth of a rate that grows with the logarithm of the SNR; the ratio stays."
        },
    ),
    Claim(
        id="fig09-gap-cause",
        section="V-B, Fig. 9",
        statement="The gap is there because TD-ISAC sends data in some of the slots only.",
        test="The ratio of the mean rates is that of the slots, 1 / 0.8, within 2 % at every SNR.",
        expected="1.25",
        experiments=("fig09",),
        judge=measured.gap_from_slots,
        why={
            REPRODUCED: "Per data symbol both systems do equally well, although one has to find the angles as "
            "well."
        },
    ),
    Claim(
        id="fig10-rate-better",
        section="V-B, Fig. 10",
        statement="At every L NO-ISAC has the higher rate.",
        test="It exceeds that of TD-ISAC by more than 0.01 bit at every point.",
        expected="higher",
        experiments=("fig10",),
        judge=partial(measured.rate_above_tdisac, "fig10"),
        why={REPRODUCED: _DATA_IN_ALL_SLOTS},
    ),
    Claim(
        id="fig10-angles-better",
        section="V-B, Fig. 10",
        statement="At every L NO-ISAC localises better.",
        test=f"Its bound on the angles is lower by more than 0.05 dB at every point, {_PER_DRAW}.",
        expected="lower",
        experiments=("fig10",),
        judge=partial(measured.angles_below_tdisac, "fig10"),
        why={REPRODUCED: _ENERGY_OF_ALL_SLOTS},
    ),
    Claim(
        id="fig10-elements-help",
        section="V-B, Fig. 10",
        statement="Both systems improve remarkably with L, in both tasks.",
        test="Every step of L raises each rate by more than 0.1 bit and lowers each bound on the angles by "
        f"more than 0.5 dB, {_PER_DRAW}.",
        expected="improve",
        experiments=("fig10",),
        judge=partial(measured.both_improve_with_elements, [NOISAC, TDISAC]),
        why={REPRODUCED: _AMPLITUDES_ADD},
    ),
    Claim(
        id="fig10-rate-advantage",
        section="V-B, Fig. 10",
        statement="NO-ISAC's advantage in rate grows with L.",
        test="The gap between the rates grows by more than 0.01 bit at every step.",
        expected="grows",
        experiments=("fig10",),
        judge=measured.rate_advantage_with_elements,
        why={
            REPRODUCED: "The gap is a fifth of a growing rate. It grows ever more slowly: on a surface wider than "
            "the user's array the common beam no longer serves the symbols as well as a beam of their own."
        },
    ),
    Claim(
        id="fig10-angles-advantage",
        section="V-B, Fig. 10",
        statement="NO-ISAC's advantage in localisation grows with L.",
        test="From L = 4 to 36 the gap between the bounds on the angles grows by more than 0.05 dB, "
        f"{_PER_DRAW}; no step reverses this beyond the error. In absolute terms the gap shrinks with the "
        "bounds.",
        expected="grows",
        experiments=("fig10",),
        judge=measured.angle_advantage_with_elements,
        why={
            NOT_REPRODUCED: "A surface wider than the user's array adds an aperture of its own. Pilots use all "
            "of it, unknown symbols half of it on average, so TD-ISAC catches up."
        },
    ),
    Claim(
        id="fig11-random-symbols",
        section="V-C, Fig. 11",
        statement="Algorithm 1 is much better than random phases for the symbols.",
        test="The mean of the bound on the symbols in dB is lower by more than 3 dB, a factor of 2, at every "
        "weight.",
        expected="much better",
        experiments=("fig11",),
        judge=partial(measured.better_than_random, "symbol_crlb"),
        why={
            REPRODUCED: "Random phases add powers, aligned ones amplitudes, and random sums often nearly cancel."
        },
    ),
    Claim(
        id="fig11-random-angles",
        section="V-C, Fig. 11",
        statement="Algorithm 1 is much better than random phases for the angles.",
        test="The mean of the bound on the angles in dB is lower by more than 3 dB, a factor of 2, at every "
        "weight.",
        expected="much better",
        experiments=("fig11",),
        judge=partial(measured.better_than_random, "angle_crlb"),
        why={
            REPRODUCED: "Random phases add powers, aligned ones amplitudes; the aperture makes up for some of it."
        },
    ),
    Claim(
        id="fig11-symbols-fall",
        section="V-C, Fig. 11",
        statement="With a rising weight the bound on the symbols falls.",
        test=f"From zeta = 0 to 1 by more than 0.5 dB, {_PER_DRAW}; no step reverses this beyond the error.",
        expected="falls, if Fig. 12 is right by 6 dB",
        experiments=("fig11",),
        judge=partial(measured.along_weight, "symbol_crlb", -1),
        why={NOT_REPRODUCED: _ONE_BEAM},
    ),
    Claim(
        id="fig11-angles-rise",
        section="V-C, Fig. 11",
        statement="With a rising weight the bound on the angles rises.",
        test=f"From zeta = 0 to 1 by more than 0.5 dB, {_PER_DRAW}; no step reverses this beyond the error.",
        expected="rises, if Fig. 12 is right by 4.8 dB",
        experiments=("fig11",),
        judge=partial(measured.along_weight, "angle_crlb", 1),
        why={NOT_REPRODUCED: _ONE_BEAM},
    ),
    Claim(
        id="fig12-displacement",
        section="V-C, Fig. 12",
        statement="Along the curves the one task gains what the other loses.",
        test="At each SNR the rate rises by more than 0.1 bit and the bound on the angles by more than 0.5 dB "
        f"from zeta = 0 to 1, {_PER_DRAW}.",
        expected="displacement",
        experiments=("fig12",),
        judge=measured.displacement,
        why={NOT_REPRODUCED: _ONE_BEAM},
    ),
    Claim(
        id="fig12-regions",
        section="V-C, Fig. 12",
        statement="Each curve has a region of trade-off between two of saturation.",
        test="Displacement as above; a point with half of the rate's gain for a fifth of the angles' loss; and "
        "one with four fifths of the gain for half of the loss.",
        expected="three regions",
        experiments=("fig12",),
        judge=measured.regions,
        why={
            NOT_REPRODUCED: "Without a trade-off there is nothing to saturate: each curve is a point. The three "
            "regions do appear for a user with 1 x 2 antennas."
        },
    ),
    Claim(
        id="fig12-0db",
        section="V-C, Fig. 12",
        statement="At 0 dB, giving up 1 bit (7.5 to 6.5) improves the angles' bound from 6e-6 to 2e-6.",
        test="Two points of the curve with such a difference. Shape: a tenth of 1 bit and of 4.8 dB. Number: "
        "within 0.25 bit and 1 dB.",
        expected="1 bit for 4.8 dB",
        experiments=("fig12",),
        judge=partial(measured.exchange, 0, 1.0, 10 * math.log10(6 / 2)),
        why={
            NOT_REPRODUCED: f"{_ONE_BEAM} Rate and mean bound lie near the end of the paper's curve that is "
            "best for communication."
        },
    ),
    Claim(
        id="fig12-5db",
        section="V-C, Fig. 12",
        statement="At 5 dB, the last 0.1 bit (8.3 to 8.4) costs an increase of the angles' bound from 2e-6 to "
        "5e-6.",
        test="Two points of the curve with such a difference. Shape: a tenth of 0.1 bit and of 4.0 dB. Number: "
        "within 0.25 bit and 1 dB.",
        expected="0.1 bit for 4.0 dB",
        experiments=("fig12",),
        judge=partial(measured.exchange, 5, 0.1, 10 * math.log10(5 / 2)),
        why={NOT_REPRODUCED: _ONE_BEAM},
    ),
    Claim(
        id="fig13-angles",
        section="V-C, Fig. 13",
        statement="More slots improve localisation drastically.",
        test=f"Each doubling of T halves the bound on the angles at least (3 dB), at every weight, {_PER_DRAW}.",
        expected="drastic gain",
        experiments=("fig13",),
        judge=measured.slots_help_angles,
        why={REPRODUCED: "The energy doubles, and it varies less from block to block, which adds to the gain."},
    ),
    Claim(
        id="fig13-rate",
        section="V-C, Fig. 13",
        statement="More slots hardly change the rate.",
        test="At no weight does it differ from that at T = 2 by more than 0.05 bit.",
        expected="little effect",
        experiments=("fig13",),
        judge=partial(measured.rate_flat, "fig13"),
        why={REPRODUCED: _ONE_MORE_OBSERVATION},
    ),
    Claim(
        id="fig13-compensation",
        section="V-C, Fig. 13",
        statement="T = 4 in place of 2 lets the rate rise from 6.5 to 7.5 bit with the angles' bound held at "
        "2e-6.",
        test="A point of the curve for T = 4 and one for T = 2. Shape: a tenth of 1 bit more at a bound that "
        "is no higher than 0.05 dB above. Number: 1 bit within 0.25 at the same bound within 1 dB.",
        expected="1 bit at an equal bound",
        experiments=("fig13",),
        judge=measured.compensation,
        why={
            NOT_REPRODUCED: "More slots do improve the angles, but no weight turns that into rate: the rate is at "
            "its upper end at all weights already."
        },
    ),
    Claim(
        id="fig14-rate-range",
        section="V-C, Fig. 14",
        statement="The adjustable range of the rate grows considerably with L.",
        test="Rate at zeta = 1 less that at 0. From L = 9 to 25: shape, a tenth of 2 bit more, no step "
        "reversed beyond the error. Number: 2 bit more, within 0.25.",
        expected="2 bit more",
        experiments=("fig14",),
        judge=partial(measured.range_grows, "rate", 2.0),
        why={NOT_REPRODUCED: _NARROW_RANGE},
    ),
    Claim(
        id="fig14-angles-range",
        section="V-C, Fig. 14",
        statement="The adjustable range of the bound on the angles grows considerably with L.",
        test="Bound at zeta = 1 over that at 0, in dB. From L = 9 to 25: shape, a tenth of 8.4 dB more, no step "
        "reversed beyond the error. Number: 8.4 dB more, within 1 dB.",
        expected="8.4 dB more",
        experiments=("fig14",),
        judge=partial(measured.range_grows, "angle_crlb", 14.1 - 5.7),
        why={NOT_REPRODUCED: _NARROW_RANGE},
    ),
    *(
        Claim(
            id=f"fig14-{task}-range-{elements}",
            section="V-C, Fig. 14",
            statement=f"At L = {elements} the range of the {quantity} is {size:g} {unit}.",
            test=f"Its change from zeta = 0 to 1. Shape: a tenth of the number. Number: within {tolerance} "
            f"{unit}.",
            expected=f"{size:g} {unit}",
            experiments=("fig14",),
            judge=partial(measured.range_at, variable, elements, size),
            why={
                NOT_REPRODUCED: (
                    "A surface narrower than the user's array has too little aperture to be worth a beam of its "
                    "own."
                    if elements < 16
                    else "The range that a surface wider than the user's array opens is narrow."
                )
                + (f" {_NO_GEOMETRY}" if task == "angles" else "")
            },
        )
        for task, quantity, variable, unit, tolerance, sizes in (
            ("rate", "rate", "rate", "bit", 0.25, {9: 1.0, 25: 3.0}),
            ("angles", "bound on the angles", "angle_crlb", "dB", 1, {9: 5.7, 25: 14.1}),
        )
        for elements, size in sizes.items()
    ),
)
