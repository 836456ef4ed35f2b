"""The paper's claims in its order, and the facts that decide them: declarations, tested elsewhere.

The statements are in words of this book's own. Claims that one fact decides are not independent of each other: a
fact counts once, however often the paper states what follows from it. Means over draws at T = 2 are taken with the
mean of 1 / P from its distribution.
"""

from __future__ import annotations

from functools import partial

from noisac.experiments.paper import NOISAC, TDISAC
from noisac.verdicts import exact, measured
from noisac.verdicts.margins import NOT_REPRODUCED, REPRODUCED, SHAPE_ONLY, Claim

#: What decides the claims, by short name. Each claim names one.
FACTS: dict[str, str] = {
    "all slots": "All slots carry data and all carry energy for the angles; TD-ISAC gives four fifths of them to "
    "the one and one fifth to the other.",
    "block energy": "The bound on the angles is inversely proportional to the energy of a block's symbols, which "
    "grows with T and varies ever less: the mean of its inverse is T / (T - 1) times that of pilots.",
    "amplitudes add": "A good beam adds the amplitudes of all elements, so that the received power grows about as "
    "L^2; random phases add powers.",
    "one beam": "At the printed parameters one and the same beam is best, or nearly, for symbols and angles; "
    "what the weight still moves is what coarse phases and the search leave over.",
    "own aperture": "A surface wider than the user's array adds an aperture of its own, of which pilots use all "
    "and unknown symbols half on average.",
    "one more observation": "Each slot brings one more symbol and one more observation of it.",
    "variance in (32)": "(32) contains the variance of the symbols directly, and their bound hardly depends on "
    "it.",
    "two lines": "A pair of angles is a line through its sub-IRS, and two lines that are not parallel meet in a "
    "point.",
    "sign of the index": "The surface's response stands conjugated in (4), and both direction cosines along its "
    "axes change sign between arrival and departure: together that is m + l, where (58) has m - l.",
    "closed form": "Eliminating the symbols by hand leaves a 2 x 2 matrix, whose inverse can be written down.",
    "derivatives": "The derivatives (23) to (27) of the printed signal are right.",
    "expectation": "(17) averages over the symbols, which removes all cross terms where they have no mean; (22) "
    "is conditioned on them.",
    "prior": "(52) differentiates twice with the conjugate held fixed, which is no derivative by a real "
    "parameter, as (22) has them.",
    "two real parts": "(35) takes the entropies of the real parts alone; the imaginary parts add as much again.",
    "gain factor": "The base station's gain scales the whole information matrix.",
    "Cauchy-Schwarz": "The gain of a beam is at most that of the steering vector.",
    "product in (44)": "The factors of (44) are p (1 - p) in place of p, and 0 for the last phase.",
    "frozen phases": "A phase that no elite has is lost for good, so that the candidates become one and the same "
    "beam.",
    "rank one": "Both hops have rank one, so that a beam enters through three sums and the symbols through their "
    "second moments.",
}

_DRAW = "taken draw by draw, because at T = 2 the mean bound has an infinite variance"
_READING = ", with the T / 5 = 0.4 pilot slots of Fig. 7 at T = 2"
_RESTS = (
    "It rests on a reading (erratum E19), since 0.4 of a slot does not exist: with one whole pilot slot of two "
    "TD-ISAC's bound is 4.0 dB lower."
)
_EXCHANGE = (
    "Two points of the curve. Shape: they differ by {share} of these differences. Number: they differ by these "
    "within half of them, {bits} bit and {db} dB at most, and lie at the quoted levels within {bits} bit and "
    "{db} dB, the bound in the mean."
)
_END_TO_END = f"From zeta = 0 to 1 by more than {{strong_db}} dB, {_DRAW}; no step reverses this beyond the error."
_RANGE = "Its change from zeta = 0 to 1. Shape: {share} of the number. Number: within "
_NO_GEOMETRY = (
    "No geometry brings it out by optimal beams and m - l: the chapter 'When is there a trade-off?' bounds the "
    "range below the paper's number, for all angles and draws."
)


def _throughout(figure: str, dim: str) -> tuple[Claim, Claim]:
    """NO-ISAC against TD-ISAC along one parameter: rate and angles."""
    at = f"At every {dim}, NO-ISAC "
    note, reading = ("", "") if figure == "fig08" else (_RESTS, _READING)
    return (
        Claim(
            f"{figure}-rate-better", f"V-B, Fig. {int(figure[3:])}", "all slots", REPRODUCED,
            partial(measured.better_in_rate, figure), at + "has the higher rate.",
            "Its rate (47) exceeds TD-ISAC's, (48) over the data slots, by more than {effect_bits} bit at every "
            "point.",
            "higher",
        ),
        Claim(
            f"{figure}-angles-better", f"V-B, Fig. {int(figure[3:])}", "all slots", REPRODUCED,
            partial(measured.better_in_angles, figure), at + "localises better.",
            "Its bound on the angles is lower by more than {effect_db} dB at every point, between means and "
            f"between means in dB{reading}.",
            "lower", note,
        ),
    )  # fmt: skip


# A claim is: id, section, fact, verdict that the fact explains, test; statement, criterion, expected, note.
# fmt: off
CLAIMS: tuple[Claim, ...] = (
    Claim("abstract-better-than-td", "Abstract, VI", "all slots", REPRODUCED, measured.better_throughout,
          "NO-ISAC is superior to TD-ISAC, in communication as well as in localisation.",
          "At every point of Figs. 8, 9 and 10 the rate is higher by more than {effect_bits} bit and the bound "
          f"on the angles lower by more than {{effect_db}} dB, between means and between means in dB{_READING}.",
          "superior in both", _RESTS, ("fig08", "fig09", "fig10")),
    Claim("abstract-close-to-pilots", "Abstract, VI", "block energy", REPRODUCED, measured.close_to_pilots,
          "With enough slots, random data localise about as well as dedicated pilots.",
          "At the largest T of Fig. 5, and for every weight, the mean bound on the angles exceeds that of pilots "
          "by less than {close} of it.",
          "comparable", data=("fig05",)),
    Claim("abstract-trade-off", "Abstract, I, VI", "one beam", NOT_REPRODUCED,
          partial(measured.along_weight, {"symbol_crlb": -1, "angle_crlb": 1}),
          "The design achieves a good trade-off between communication and localisation, which its weight sets.",
          f"In Fig. 11 the bound on the symbols falls and that on the angles rises with the weight. {_END_TO_END}",
          "one falls, the other rises", data=("fig11",)),
    Claim("abstract-more-elements", "Abstract", "amplitudes add", REPRODUCED,
          partial(measured.improve_with_elements, [NOISAC]),
          "More elements of the surface improve NO-ISAC significantly.",
          "In Fig. 10 every step of L raises the rate by more than {strong_bits} bit and lowers the bound on the "
          f"angles by more than {{strong_db}} dB, {_DRAW}.",
          "significant gains", data=("fig10",)),
    Claim("sec1-closed-form", "Abstract, I, III", "closed form", SHAPE_ONLY, exact.closed_form,
          "The paper derives a closed form of the modified CRLB (31).",
          "Shape: (31) has one; a formula without an inverse equals it to 1e-6 for 20 scenarios of all shapes, at "
          "three weights. Number: the printed form contains no inverse of a matrix that grows with T.",
          "no inverse left", "(28) to (31) stop at entries of the inverse of (22), whose size is T + 2."),
    Claim("sec2-position", "II-A", "two lines", REPRODUCED, exact.position,
          "The two pairs of angles of a coherence block give the user's position.",
          "From exact angles the lines meet at the user, to 1e-6 m, for 20 places in front of both sub-IRSs.",
          "the position", "The array's orientation must be known, and the user not in line with both sub-IRSs."),
    Claim("thm1-derivatives", "III, Theorem 1, App. A", "derivatives", REPRODUCED, exact.derivatives,
          "(22) is (54), the information that the received signal has for given symbols.",
          "(22) equals (54) with central differences of the noise-free signal in place of derivatives, to 1e-6 "
          "of the diagonal, for 20 scenarios of all shapes. One real unknown per symbol is taken as given.",
          "equal"),
    Claim("thm1-expectation", "III, Theorem 1", "expectation", NOT_REPRODUCED, exact.expectation,
          "(22) is the matrix that (17) defines, with its expectation over signal and symbols.",
          "At sigma_x^2 = 1 the cross terms of (22) between symbols and angles equal their expectation over the "
          "symbols, to 1e-6 of the diagonal, for 20 blocks of symbols.",
          "equal", "With (17) as written, symbols that are not known would cost the angles nothing."),
    Claim("thm1-prior", "III, Theorem 1, App. A", "prior", SHAPE_ONLY, exact.prior,
          "The prior of the symbols tells nothing about them: J_P = 0.",
          "Second difference of the logarithm of (50) along the real axis, the parameter that (22) uses. Shape: "
          "less than 1 % of the data's information at 0 dB. Number: zero.",
          "0", "For a real parameter it is 2 / sigma_x^2: not zero, but negligible against the data's."),
    Claim("eq4-channel", "App. A", "sign of the index", NOT_REPRODUCED, exact.printed_channel,
          "The channel (4) with the angles of departure of Appendix A is (58).",
          "(4) with (5), (6), gamma^D = -gamma^A and phi^D = phi^A + pi equals (58) in every entry, to 1e-6, for "
          "20 scenarios of all shapes.",
          "equal", "Propagation gives (58), on which Theorem 1 rests, so that the slip lies in (4)."),
    Claim("cor1-information", "III, Corollary 1", "two real parts", SHAPE_ONLY,
          exact.information_of_complex_symbols,
          "Symbol and estimate share half the logarithm of sigma_x^2 over the bound.",
          "Entropies (33) of the circular variables of (34), both real parts counted. Shape: a fixed multiple of "
          "(32) for bounds from 1e-6 to 1e-2. Number: that multiple is 1, within {ratio}.",
          "1 times (32)",
          "Read as printed, (34) doubles all rates, which changes no comparison between systems."),
    Claim("eq37-decoupling", "IV", "gain factor", SHAPE_ONLY, exact.decoupling,
          "The objective splits into a part for the base station's beam and a part V for the surface's, (38).",
          "Shape: (31) plus lg |a^H w|^2 is the same for all w, to 1e-6. Number: it is V of (38) as printed.",
          "V as printed", "In (38) the first term has lost its weight zeta."),
    Claim("eq41-optimal", "IV-A", "Cauchy-Schwarz", REPRODUCED, exact.active_beam,
          "The scaled steering vector (41) is the base station's best beam.",
          "Its gain equals the power limit times the largest eigenvalue of a a^H, to 1e-6, within the power "
          "limit.",
          "the upper bound is met"),
    Claim("eq44-distribution", "IV-B", "product in (44)", NOT_REPRODUCED, exact.distribution,
          "(44) is the distribution that the candidates are drawn from, with the probabilities P.",
          "The factor of (44) for each element and phase is its entry of P, to 1e-6, for P^0 and 19 other "
          "columns.",
          "P", "Drawing each element from its own column is what (46) presupposes, and what is done here."),
    Claim("alg1-converges", "IV-B, Algorithm 1", "frozen phases", REPRODUCED, exact.search_ends,
          "The search ends: the values of the candidates approach each other until they differ by less than "
          "kappa.",
          "All of 200 searches at Section V's parameters end within 200 iterations.",
          "all end", "Where it ends is another matter: seldom at the best beam."),
    Claim("remark1-cost", "IV-B, Remark 1", "rank one", REPRODUCED, exact.cost,
          "A candidate of Algorithm 1 costs O(L^3 (2 T + 1)).",
          "By counting, as an upper bound: the products of (23) to (25), taken as they are written, grow no "
          "faster than L^3 from L = 16 to 1024 and than T from T = 2 to 64.",
          "at most L^3 T", "As an upper bound it is true, and far from needed."),
    Claim("fig04-worse-than-pilots", "V-A, Fig. 4", "block energy", REPRODUCED, measured.worse_than_pilots,
          "NO-ISAC localises worse than a system with pilots, at every variance of the symbols.",
          "The mean bound on the angles is higher by more than {effect_db} dB at all ten variances.", "worse"),
    Claim("fig04-cause-randomness", "V-A, Fig. 4", "block energy", REPRODUCED, measured.randomness_costs,
          "One cause is that the symbols are random.",
          "At sigma_x^2 = 1 the bounds of all blocks are scaled to the mean energy, which takes away more than "
          "{share} of the gap between the mean bounds in dB.",
          "a smaller gap"),
    Claim("fig04-cause-beam", "V-A, Fig. 4", "one beam", NOT_REPRODUCED,
          partial(measured.weight_costs, 0.5),
          "The other cause is that the beam has to serve the symbols too.",
          "A weight of 0.1 in place of Fig. 4's 0.5 brings the bound on the angles closer to that of "
          "pilots by more than {share} of the gap, both averaged over T (from the data of Fig. 5).",
          "a smaller gap", data=("fig05",)),
    Claim("fig04-twice-worse", "V-A, Fig. 4", "block energy", SHAPE_ONLY, measured.twice_worse,
          "At sigma_x^2 = 1 its accuracy is 2 times lower.",
          "Ratio of the mean bounds on the angles. Shape: above 1 + {share}. Number: 2, within {ratio} of it. If "
          "accuracy meant the standard deviation, the number would be 4.",
          "2", "At Fig. 4's T = 5 the factor is 1.25; it is 2 at T = 2, the default of Section V."),
    Claim("fig04-seven-bits", "V-A, Fig. 4", "amplitudes add", REPRODUCED, measured.seven_bits,
          "At sigma_x^2 = 1 the same signal can carry 7 bit per symbol.", "The rate (47) exceeds 7 bit.",
          "7 bit or more", "The text does not tell why the paper's rate is not higher."),
    Claim("fig04-variance-hurts", "V-A, Fig. 4", "block energy", REPRODUCED, measured.variance_hurts,
          "A larger variance of the symbols is bad for localisation.",
          "The mean bound on the angles rises by more than {effect_db} dB from the smallest variance to the "
          "largest; no step reverses this by more than that beyond the error.",
          "the bound rises"),
    Claim("fig04-variance-helps", "V-A, Fig. 4", "variance in (32)", REPRODUCED, measured.variance_helps,
          "A larger variance of the symbols is good for communication.",
          "The rate rises by more than {effect_bits} bit at every step of the variance.", "the rate rises"),
    Claim("fig05-gap-weight", "V-A, Fig. 5", "one beam", NOT_REPRODUCED,
          partial(measured.weight_costs, 0.9),
          "A smaller weight narrows the gap to pilots.",
          "A weight of 0.1 in place of 0.9 brings the bound on the angles closer to that of pilots by more than "
          "{share} of the gap, both averaged over T.",
          "a smaller gap for a smaller weight"),
    Claim("fig05-gap-vanishes", "V-A, Fig. 5", "block energy", REPRODUCED, measured.gap_vanishes,
          "For a small weight the gap to pilots vanishes as T grows.",
          "At zeta = 0.1 the gap between the mean bounds falls, within the error, to less than {remains} of it "
          "from T = 2 to 30, in dB.",
          "the gap vanishes", "The weight does not matter: for the other weights the gap vanishes too."),
    Claim("fig06-elements-help", "V-A, Fig. 6", "amplitudes add", REPRODUCED, measured.bound_falls_with_elements,
          "More elements improve the localisation of both systems significantly.",
          f"Every step of L lowers the bound on the angles by more than {{strong_db}} dB, for three variances, "
          f"{_DRAW}.",
          "the bound falls"),
    Claim("fig06-small-surfaces", "V-A, Fig. 6", "amplitudes add", REPRODUCED, measured.gain_of_small_surfaces,
          "They help most where there are few.",
          "The gain in dB per added element falls from each step of L to the next, for both systems.",
          "largest gain at small L", "Per doubling of L the gain does not fall."),
    *_throughout("fig08", "T"),
    Claim("fig08-reason-slots", "V-B, Fig. 8", "all slots", REPRODUCED, measured.all_slots_explain,
          "The first reason for it: NO-ISAC uses the whole block for both tasks.",
          "At every T the rates differ by the data slots, a factor of 1.25 within {same} of it, and the mean "
          "bounds by the pilot slots, a factor of 5 within {ratio} of it, once all blocks have the mean energy.",
          "1.25 and 5"),
    Claim("fig08-randomness-vanishes", "V-B, Fig. 8", "block energy", REPRODUCED, measured.randomness_vanishes,
          "The second reason for it: the loss through random symbols disappears as T grows.",
          "Mean bound on the angles against that of pilots in all slots, a fifth of TD-ISAC's. From T = 5 to 50 "
          "this loss falls, within the error, to less than {remains} of it in dB.",
          "disappears", "NO-ISAC localises better at T = 5 already, by a factor of 4 of at most 5."),
    Claim("fig08-advantage-with-slots", "V-B, Fig. 8", "block energy", REPRODUCED, measured.advantage_with_slots,
          "Its advantage in localisation grows with T.",
          "The ratio of the mean bounds grows by more than {effect_db} dB from T = 5 to 50, and no step reverses "
          "this beyond the error. Both bounds fall as 1 / T, so the paper cannot mean their difference, given "
          "beside.",
          "grows", "As a ratio, 5 (T - 1) / T: it is bounded by 5, and most of the growth is over by T = 20."),
    Claim("fig08-rate-flat", "V-B, Fig. 8", "one more observation", REPRODUCED,
          partial(measured.rate_flat, "fig08"),
          "The rates of both systems stay the same as T grows.",
          "No rate differs from that at T = 5 by more than {flat_bits} bit.", "flat"),
    *_throughout("fig09", "SNR"),
    Claim("fig09-rate-gap", "V-B, Fig. 9", "all slots", REPRODUCED, measured.rate_gap_widens,
          "The gap between the rates widens with the SNR.",
          "It widens by more than {effect_bits} bit at every step.", "widens",
          "The gap is a fifth of a rate that grows with the logarithm of the SNR; the ratio stays."),
    Claim("fig09-gap-cause", "V-B, Fig. 9", "all slots", REPRODUCED, measured.gap_from_slots,
          "The gap is there because TD-ISAC sends data in some of the slots only.",
          "The ratio of the mean rates is that of the slots, 1 / 0.8, within {same} of it at every SNR.", "1.25",
          "Per data symbol both systems do equally well, although one has to find the angles as well."),
    *_throughout("fig10", "L"),
    Claim("fig10-elements-help", "V-B, Fig. 10", "amplitudes add", REPRODUCED,
          partial(measured.improve_with_elements, [NOISAC, TDISAC]),
          "Both systems improve remarkably with L, in both tasks.",
          "Every step of L raises each rate by more than {strong_bits} bit and lowers each bound on the angles "
          f"by more than {{strong_db}} dB, {_DRAW}.",
          "improve"),
    Claim("fig10-rate-advantage", "V-B, Fig. 10", "all slots", REPRODUCED,
          partial(measured.advantage_with_elements, "rate"),
          "NO-ISAC's advantage in rate grows with L.",
          "It grows by more than {effect_bits} bit from L = 4 to 36, and no step reverses this beyond the error.",
          "grows",
          "The gap is a fifth of a growing rate. It grows ever more slowly: on a surface wider than the user's "
          "array the common beam no longer serves the symbols as well as a beam of their own."),
    Claim("fig10-angles-advantage", "V-B, Fig. 10", "own aperture", NOT_REPRODUCED,
          partial(measured.advantage_with_elements, "angle_crlb"),
          "NO-ISAC's advantage in localisation grows with L.",
          "From L = 4 to 36 the ratio of the mean bounds on the angles grows by more than {effect_db} dB, and no "
          "step reverses this beyond the error. In absolute terms the gap shrinks with the bounds.",
          "grows", "So TD-ISAC catches up. The number of pilot slots does not enter."),
    *(Claim(f"fig11-random-{task}", "V-C, Fig. 11", "amplitudes add", REPRODUCED,
            partial(measured.better_than_random, variable),
            f"Algorithm 1 is much better than random phases for the {task}.",
            f"The mean of the bound on the {task} in dB is lower by more than {{much_db}} dB at every weight.",
            "much better")
      for task, variable in (("symbols", "symbol_crlb"), ("angles", "angle_crlb"))),
    Claim("fig11-symbols-fall", "V-C, Fig. 11", "one beam", NOT_REPRODUCED,
          partial(measured.along_weight, {"symbol_crlb": -1}),
          "With a rising weight the bound on the symbols falls.", _END_TO_END,
          "falls (by 6 dB, if Fig. 12 is right)"),
    Claim("fig11-angles-rise", "V-C, Fig. 11", "one beam", NOT_REPRODUCED,
          partial(measured.along_weight, {"angle_crlb": 1}),
          "With a rising weight the bound on the angles rises.", _END_TO_END,
          "rises (by 4.8 dB, if Fig. 12 is right)"),
    Claim("fig12-displacement", "V-C, Fig. 12", "one beam", NOT_REPRODUCED, measured.displacement,
          "Along the curves the one task gains what the other loses.",
          "At each SNR the rate rises by more than {strong_bits} bit and the bound on the angles by more than "
          f"{{strong_db}} dB from zeta = 0 to 1, {_DRAW}.",
          "displacement"),
    Claim("fig12-regions", "V-C, Fig. 12", "one beam", NOT_REPRODUCED, measured.regions,
          "Each curve has a region of trade-off between two of saturation.",
          "Displacement as above; a point with half of the rate's gain for a fifth of the angles' loss; and one "
          "with four fifths of the gain for half of the loss.",
          "three regions", "Each curve is a point. The three regions do appear for a user with 1 x 2 antennas."),
    Claim("fig12-0db", "V-C, Fig. 12", "one beam", NOT_REPRODUCED,
          partial(measured.exchange, 0, (6.5, 7.5), (2e-6, 6e-6)),
          "At 0 dB, giving up 1 bit (7.5 to 6.5) improves the angles' bound from 6e-6 to 2e-6.", _EXCHANGE,
          "1 bit for 4.8 dB"),
    Claim("fig12-5db", "V-C, Fig. 12", "one beam", NOT_REPRODUCED,
          partial(measured.exchange, 5, (8.3, 8.4), (2e-6, 5e-6)),
          "At 5 dB, the last 0.1 bit (8.3 to 8.4) costs an increase of the angles' bound from 2e-6 to 5e-6.",
          _EXCHANGE, "0.1 bit for 4.0 dB"),
    Claim("fig13-angles", "V-C, Fig. 13", "block energy", REPRODUCED, measured.slots_help_angles,
          "More slots improve localisation drastically.",
          "Each doubling of T gains more than {much_db} dB of the mean bound on the angles, at every weight.",
          "drastic gain"),
    Claim("fig13-rate", "V-C, Fig. 13", "one more observation", REPRODUCED, partial(measured.rate_flat, "fig13"),
          "More slots hardly change the rate.",
          "At no weight does it differ from that at T = 2 by more than {flat_bits} bit.", "little effect"),
    Claim("fig13-compensation", "V-C, Fig. 13", "one beam", NOT_REPRODUCED, measured.compensation,
          "T = 4 in place of 2 lets the rate rise from 6.5 to 7.5 bit with the angles' bound held at 2e-6.",
          "A point of the curve for T = 2 and one for T = 4. Shape: {share} of 1 bit more, at a bound that is "
          "not above by more than {effect_db} dB. Number: 1 bit within {bits} at the same bound within {db} dB, "
          "and both points at the quoted levels within these, the bound in the mean.",
          "1 bit at an equal bound",
          "More slots do improve the angles, but no weight turns that into rate, which is at its upper end "
          "throughout."),
    Claim("fig14-rate-range", "V-C, Fig. 14", "one beam", NOT_REPRODUCED,
          partial(measured.range_grows, "rate", 2.0),
          "The adjustable range of the rate grows considerably with L.",
          "Rate at zeta = 1 less that at 0. From L = 9 to 25: shape, {share} of 2 bit more, no step reversed "
          "beyond the error. Number: 2 bit more, within {bits}.",
          "2 bit more", "A wider surface opens a range, but a narrow one."),
    Claim("fig14-angles-range", "V-C, Fig. 14", "one beam", NOT_REPRODUCED,
          partial(measured.range_grows, "angle_crlb", 14.1 - 5.7),
          "The adjustable range of the bound on the angles grows considerably with L.",
          "Bound at zeta = 1 over that at 0, in dB. From L = 9 to 25: shape, {share} of 8.4 dB more, no step "
          "reversed beyond the error. Number: 8.4 dB more, within {db} dB.",
          "8.4 dB more", "A wider surface opens a range, but a narrow one."),
    *(Claim(f"fig14-{task}-range-{elements}", "V-C, Fig. 14", "one beam", NOT_REPRODUCED,
            partial(measured.range_at, variable, elements, size),
            f"At L = {elements} the range of the {quantity} is {size:g} {unit}.", f"{_RANGE}{tolerance} {unit}.",
            f"{size:g} {unit}", _NO_GEOMETRY if task == "angles" else "")
      for task, quantity, variable, unit, tolerance, sizes in (
          ("rate", "rate", "rate", "bit", "{bits}", {9: 1.0, 25: 3.0}),
          ("angles", "bound on the angles", "angle_crlb", "dB", "{db}", {9: 5.7, 25: 14.1}))
      for elements, size in sizes.items()),
    Claim("sec6-regions", "I, VI", "one beam", NOT_REPRODUCED, measured.regions,
          "There are a region of trade-off and regions where communication or localisation saturates.",
          "As for the three regions of Fig. 12.", "three regions", data=("fig12",)),
    Claim("sec6-more-elements", "VI", "one beam", NOT_REPRODUCED, measured.region_grows,
          "More elements enlarge the region of trade-off.",
          "In Fig. 14 the range of the rate grows by more than {strong_bits} bit and that of the bound on the "
          "angles by more than {strong_db} dB from L = 9 to 25.",
          "both ranges grow", data=("fig14",)),
)
# fmt: on
