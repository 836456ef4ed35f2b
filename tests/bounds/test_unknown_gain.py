"""Bounds beside an unknown path gain, against the dense matrix."""

import itertools

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from noisac import (
    Scenario,
    crlb,
    draw_symbols,
    random_beams,
    symbol_moments,
)
from noisac.bounds.aperture import aligned_beam, apertures
from noisac.bounds.closed_form import beam_sums
from noisac.bounds.unknown_gain import GAIN_MODELS, crlb_unknown_gain, fisher_information_unknown_gain
from tests.bounds.cases import close, fewer
from tests.strategies import (
    SYMBOL_MODELS,
    scenarios,
    seeds,
    setups,
    symbol_models,
    wide_setups,
    wide_users,
)

gain_models = st.sampled_from(GAIN_MODELS)


# Unknown path gain
def eliminate(information, keep):
    """Angles' part of the inverse of a dense matrix, by a Schur complement with rank decided by eigenvalues."""
    nuisance, cross, angles = information[:-keep, :-keep], information[:-keep, -keep:], information[-keep:, -keep:]
    if not nuisance.size:
        return angles
    size = np.sqrt(np.diag(nuisance))
    pseudo = np.linalg.pinv(nuisance / np.outer(size, size), rcond=1e-10, hermitian=True) / np.outer(size, size)
    return angles - cross.T @ pseudo @ cross


@given(wide_setups, symbol_models, gain_models)
def test_the_closed_form_with_an_unknown_gain_is_the_inverse_of_the_dense_matrix(setup, model, gain):
    scenario, beam, symbols = setup
    assume(np.abs(beam_sums(scenario, beam)[0]) > 1e-2)
    factor = symbol_moments(symbols).factor
    if model == "real" and gain == "complex":
        assume(np.linalg.cond(factor) < 100)
    assume(abs(factor[0, 0]) > 1e-2)
    information = fisher_information_unknown_gain(scenario, beam, symbols, model, gain)
    left = eliminate(information, 2)
    size = np.sqrt(np.diag(left))
    bound = np.diag(np.linalg.inv(left / np.outer(size, size))) / size**2
    bounds = crlb_unknown_gain(scenario, beam, symbols, model, gain)
    close([bounds.elevation, bounds.azimuth], bound, rtol=1e-4)
    if model == "real":
        size = np.sqrt(np.diag(information))
        dense = np.diag(np.linalg.inv(information / np.outer(size, size))) / size**2
        close(bounds.symbol, dense[: len(symbols)].mean(), rtol=1e-4)


@fewer
@given(setups(), gain_models)
def test_complex_symbols_are_lost_beside_an_unknown_gain_and_the_angles_are_not(setup, gain):
    scenario, beam, symbols = setup
    bounds, before = crlb_unknown_gain(scenario, beam, symbols, "complex", gain), crlb(*setup, "complex")
    close([bounds.elevation, bounds.azimuth], [before.elevation, before.azimuth])
    if gain == "known":
        close(bounds.symbol, before.symbol)
    else:
        assert np.isinf(bounds.symbol)
        # The gain's derivatives are combinations of the symbols': the matrix is singular by as many dimensions.
        information = fisher_information_unknown_gain(scenario, beam, symbols, "complex", gain)
        largest = np.max(np.diag(information))
        added = {"phase": 1, "complex": 2}[gain]
        rank = np.linalg.matrix_rank(information[:-2, :-2], tol=1e-9 * largest, hermitian=True)
        assert rank <= len(information) - 2 - added


@fewer
@given(wide_setups)
def test_an_unknown_complex_gain_makes_all_symbol_models_equal_for_the_angles(setup):
    scenario, beam, symbols = setup
    assume(np.abs(beam_sums(scenario, beam)[0]) > 1e-2)
    user = crlb(*setup, "complex")
    for model in SYMBOL_MODELS:
        bounds = crlb_unknown_gain(scenario, beam, symbols, model, "complex")
        close([bounds.elevation, bounds.azimuth], [user.elevation, user.azimuth], rtol=1e-9)


@given(wide_setups, seeds)
def test_with_an_unknown_complex_gain_both_bounds_depend_on_the_beams_gain_alone(setup, seed):
    # So the co-phased beam is optimal for both, whatever the arrays: no trade-off in any symbol model.
    scenario, first, symbols = setup
    assume(len(symbols) > 1)
    assume(np.linalg.cond(symbol_moments(symbols).factor) < 1e4)
    second = random_beams(scenario, (), np.random.default_rng(seed))
    gains = [abs(beam_sums(scenario, beam)[0]) ** 2 for beam in (first, second)]
    assume(min(gains) > 1e-4)
    one, other = (crlb_unknown_gain(scenario, beam, symbols, "real", "complex") for beam in (first, second))
    close(one.angle * gains[0], other.angle * gains[1])
    close(one.symbol * gains[0], other.symbol * gains[1])


@fewer
@given(wide_setups, symbol_models)
def test_not_knowing_more_never_helps(setup, model):
    scenario, beam, symbols = setup
    bounds = [crlb_unknown_gain(scenario, beam, symbols, model, gain) for gain in GAIN_MODELS]
    for better, worse in itertools.pairwise(bounds):
        assert worse.elevation >= better.elevation * (1 - 1e-9)
        assert worse.azimuth >= better.azimuth * (1 - 1e-9)
        if model != "known":
            assert worse.symbol >= better.symbol * (1 - 1e-9)


@fewer
@given(scenarios(user_shapes=wide_users), st.integers(1, 5), seeds, st.sampled_from(["known", "real"]))
def test_with_an_unknown_phase_the_gain_over_the_aligned_beam_is_at_most_the_ratio_of_variances(
    scenario, slots, seed, model
):
    # Hypothesis (b) holds here: (L_y^2 - 1) / (M_y^2 - 1) for equal spacings, wherever the centres are.
    rng = np.random.default_rng(seed)
    symbols = draw_symbols(rng, slots)
    beams = aligned_beam(scenario) * np.exp(
        1j * rng.uniform(0, 3) * rng.standard_normal((40, scenario.irs_elements))
    )
    best = crlb_unknown_gain(scenario, aligned_beam(scenario), symbols, model, "phase")
    others = crlb_unknown_gain(scenario, beams, symbols, model, "phase")
    limit = max(1.0, float(apertures(scenario).ratio.max()))
    assert np.all(best.elevation <= others.elevation * limit * (1 + 1e-9))
    assert np.all(best.azimuth <= others.azimuth * limit * (1 + 1e-9))
    if model == "real":
        assert np.all(others.symbol >= best.symbol * (1 - 1e-9))


def test_a_beam_that_cancels_itself_has_no_gain_to_be_unknown():
    scenario = Scenario(irs_shape=(1, 4), user_shape=(2, 2))
    beam = aligned_beam(scenario) * np.array([1, -1, -1, 1])
    bounds = crlb_unknown_gain(scenario, beam, [1.0, 1j], "known", "complex")
    close(bounds.elevation, crlb(scenario, beam, [1.0, 1j], "known").elevation)
