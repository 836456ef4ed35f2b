"""Every search takes every aim: the built-in objective, other channels, sums, worst cases, own functions."""

import itertools

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from noisac import (
    Aim,
    Response,
    Scenario,
    certify,
    complete_search,
    coordinate_descent,
    crlb_of_response,
    cross_entropy,
    modified_crlb,
    phase_codebook,
    plane_wave_response,
    random_beams,
)
from tests.strategies import SYMBOL_MODELS, scenarios, symbol_blocks

BLOCK = np.array([0.9 - 0.2j, -0.4 + 1.2j])
SMALL = Scenario(irs_shape=(2, 3), user_shape=(2, 2))
PLACES = [SMALL.replace(user_aoa=(0.5, azimuth)) for azimuth in (-2.3, -2.0, -1.7)]
FADED = np.array([1.0, 0.6, 0.4, 0.7]) * phase_codebook(2) * np.ones((6, 1))


def rng():
    return np.random.default_rng(0)


def channel(scenario):
    return lambda beams: plane_wave_response(scenario, beams)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
@pytest.mark.parametrize("kind", ["scenario", "response"])
def test_the_built_in_objective_is_an_aim(model, kind):
    weight = 0.0 if model == "known" else 0.3
    plain = SMALL, BLOCK, weight
    aim = Aim.of_scenario(*plain, model)
    if kind == "response":
        aim = Aim.of_response(channel(SMALL), *plain, model)
        assert aim.weights.shape == (6, 3)
    for search, options in (
        (complete_search, {}),
        (coordinate_descent, {"rng": rng()}),
        (cross_entropy, {"rng": rng()}),
    ):
        ours = search(aim, **options)
        theirs = search(*plain, symbol_model=model, **options | ({"rng": rng()} if options else {}))
        np.testing.assert_allclose(ours.objective, theirs.objective, atol=1e-8)
        np.testing.assert_allclose(aim(ours.beam), ours.objective, atol=1e-9)


@given(scenarios(irs_shapes=st.sampled_from([(1, 3), (2, 2)])), symbol_blocks(largest=3), st.data())
@settings(max_examples=8, phases=(Phase.explicit, Phase.generate))
def test_no_beam_lies_below_what_is_proven_of_an_aim(scenario, symbols, data):
    model = data.draw(st.sampled_from(SYMBOL_MODELS))
    weight = 0.0 if model == "known" else data.draw(st.sampled_from([0.0, 0.4, 1.0]))
    other = scenario.replace(user_aoa=(0.2, 0.3), snr_db=3.0)
    built_in = [Aim.of_scenario(one, symbols, weight, model) for one in (scenario, other)]
    heard = Aim.of_response(channel(scenario), scenario, symbols, weight, model)
    for aim in (built_in[0], heard, Aim.mean(built_in, [0.2, 0.8]), Aim.worst([built_in[1], heard])):
        with np.errstate(all="ignore"):
            best = complete_search(aim)
            found = certify(aim, limit=300)
        assert min(found.lower_bound, found.silent_bound) <= best.objective + 1e-9
        assert found.objective >= best.objective - 1e-8


@pytest.mark.parametrize("combine", [Aim.mean, Aim.worst])
def test_several_users_on_one_beam(combine):
    aims = [Aim.of_scenario(place, BLOCK, 0.5) for place in PLACES]
    aim, beams = combine(aims), random_beams(SMALL, 50, rng())
    of_each = np.stack([one(beams) for one in aims])
    expected = of_each.mean(axis=0) if combine == Aim.mean else of_each.max(axis=0)
    np.testing.assert_allclose(aim(beams), expected, atol=1e-12)
    best = complete_search(aim)
    assert coordinate_descent(aim, rng=rng()).objective >= best.objective - 1e-9
    assert certify(aim).lower_bound <= best.objective
    assert combine(aims[:1])(beams) == pytest.approx(aims[0](beams), abs=1e-12)


def test_elements_may_fail_or_reflect_less_at_some_phases():
    failed = FADED.copy()
    failed[2] = 0
    aim = Aim.of_response(channel(SMALL), SMALL, BLOCK, 0.5, coefficients=failed)
    beams = np.array(list(itertools.product(phase_codebook(2), repeat=6)))
    reflected = beams.copy()
    for k in range(6):
        for phase, value in zip(phase_codebook(2), failed[k], strict=True):
            reflected[beams[:, k] == phase, k] = value
    np.testing.assert_allclose(aim(beams), aim.of_sums(reflected @ aim.weights), atol=1e-12)
    best = complete_search(aim)
    assert best.evaluated == 4**6
    assert best.objective == pytest.approx(aim(beams).min(), abs=1e-9)
    found = certify(aim)
    assert found.lower_bound <= best.objective <= found.objective + 1e-9


def test_a_function_of_ones_own_is_minimised_and_nothing_is_proven():
    aim = Aim(lambda beams: np.abs(beams.sum(axis=-1) - 2j), SMALL, turns=False)
    best = complete_search(aim)
    found = certify(aim)
    assert best.objective == found.objective == 0.0
    assert found.lower_bound == -np.inf
    summed = Aim(lambda sums: np.abs(sums[..., 0] - 2j), SMALL, weights=np.ones((6, 1)), turns=False)
    assert coordinate_descent(summed, rng=rng()).objective == 0.0
    with_metric = Aim.of_scenario(SMALL, BLOCK, 0.5, metric=lambda bounds, _: bounds.angle)
    assert certify(with_metric).lower_bound == -np.inf


def test_a_response_may_have_any_number_of_antennas_and_paths():
    generator = rng()
    maps = generator.normal(size=(3, 6, 5)) + 1j * generator.normal(size=(3, 6, 5))
    aim = Aim.of_response(lambda beams: Response(*(beams @ one for one in maps)), SMALL, BLOCK, 0.5)
    assert aim.weights.shape == (6, 6)
    beams = random_beams(SMALL, 20, generator)
    bounds = crlb_of_response(tuple(beams @ one for one in maps), BLOCK, noise_variance=SMALL.noise_variance)
    np.testing.assert_allclose(aim(beams), modified_crlb(bounds, 0.5), atol=1e-9)
    assert certify(aim).lower_bound <= complete_search(aim).objective


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: Aim.of_scenario(SMALL, [BLOCK, BLOCK], 0.5), "single block"),
        (lambda: Aim.of_response(channel(SMALL), SMALL, BLOCK, [0.5, 0.1]), "single block"),
        (lambda: Aim.of_response(lambda b: Response(*[np.abs(b)] * 3), SMALL, BLOCK, 0.5), "linear"),
        (lambda: Aim(np.real, SMALL, weights=np.ones((5, 3))), "weights"),
        (lambda: Aim(np.real, SMALL, coefficients=2 * FADED), "coefficients"),
        (lambda: coordinate_descent(Aim(np.real, SMALL), rng=rng()), "function"),
        (lambda: complete_search(Aim(lambda b: b[..., 0].real * np.nan, SMALL)), "NaN"),
        (lambda: Aim.mean([Aim.of_scenario(SMALL, BLOCK, 0.5)], [-1.0]), "shares"),
        (lambda: Aim.worst([Aim(np.real, SMALL), Aim(np.real, Scenario())]), "same elements"),
        (lambda: coordinate_descent(SMALL, rng=rng()), "symbols and weight"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(call, word):
    with pytest.raises(ValueError, match=word):
        call()


def test_what_is_no_aim_is_refused():
    with pytest.raises(TypeError, match="aims"):
        Aim.mean([])
    with pytest.raises(TypeError, match="function"):
        Aim(3.0, SMALL)
    with pytest.raises(TypeError, match="scenario"):
        certify(3, BLOCK, 0.5)
