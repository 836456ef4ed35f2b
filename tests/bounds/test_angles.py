"""Information on a pair of angles, and the bound on its covariance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noisac import Scenario, crlb, draw_symbols, fisher_information, matched_bs_beam
from noisac.beamforming.beams import max_gain_beam
from noisac.bounds.angles import angle_covariance, equivalent_angle_information
from noisac.bounds.closed_form import sum_weights
from tests.strategies import scenarios, setups, symbol_blocks, symbol_models, wide_setups


# --- The pair of angles of a time block
@pytest.mark.paper(16, 22, 29, 30)
@given(wide_setups, symbol_models)
@settings(max_examples=60)
def test_the_angles_covariance_is_the_block_of_the_inverse_of_the_dense_matrix(setup, model):
    scenario, beam, _ = setup
    dense = fisher_information(*setup, model)
    if model != "known" and abs(beam @ sum_weights(scenario)[:, 0]) < 1e-2:
        return  # a beam that cancels itself has no bound to compare
    size = np.sqrt(np.diag(dense))
    block = np.linalg.inv(dense / np.outer(size, size))[-2:, -2:] / np.outer(size[-2:], size[-2:])
    covariance = angle_covariance(*setup, model)
    scale = np.sqrt(np.outer(np.diag(block), np.diag(block)))
    np.testing.assert_allclose(covariance / scale, block / scale, atol=1e-6)


@given(setups(), symbol_models)
def test_its_diagonal_is_that_of_crlb_and_it_is_never_nan(setup, model):
    bounds, covariance = crlb(*setup, model), angle_covariance(*setup, model)
    assert covariance[0, 0] == bounds.elevation
    assert covariance[1, 1] == bounds.azimuth
    assert covariance[0, 1] == covariance[1, 0]
    assert not np.any(np.isnan(covariance))


@pytest.mark.paper(22)
@given(setups(scenarios(), symbol_blocks(largest=4)), symbol_models)
@settings(max_examples=60)
def test_the_angles_information_is_the_schur_complement_of_the_dense_matrix(setup, model):
    scenario, beam, _ = setup
    if model != "known" and abs(beam @ sum_weights(scenario)[:, 0]) < 1e-2:
        return
    dense = fisher_information(*setup, model)
    angles, cross, symbols = dense[-2:, -2:], dense[:-2, -2:], dense[:-2, :-2]
    expected = angles - cross.T @ np.linalg.solve(symbols, cross) if len(symbols) else angles
    found = equivalent_angle_information(*setup, model)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9 * np.max(angles))


@given(wide_setups, symbol_models)
def test_the_angles_information_inverts_their_covariance(setup, model):
    covariance = angle_covariance(*setup, model)
    information = equivalent_angle_information(*setup, model)
    root = np.sqrt(np.diag(information))
    if np.all(np.isfinite(covariance)):
        product = (covariance * np.outer(root, root)) @ (information / np.outer(root, root))
        np.testing.assert_allclose(product, np.eye(2), atol=1e-6 * np.max(covariance * np.outer(root, root)))


def test_angle_matrices_come_in_batches():
    scenario, rng = Scenario(), np.random.default_rng(0)
    beams = np.exp(2j * np.pi * rng.random((3, 1, 16)))
    symbols = draw_symbols(rng, 4, size=(5,))
    for function in (angle_covariance, equivalent_angle_information):
        batch = function(scenario, beams, symbols)
        assert batch.shape == (3, 5, 2, 2)
        for i, j in np.ndindex(3, 5):
            np.testing.assert_allclose(batch[i, j], function(scenario, beams[i, 0], symbols[j]), rtol=1e-9)


@given(setups(), symbol_models, st.floats(0.1, 3.0))
@settings(max_examples=20)
def test_the_angles_information_grows_with_the_power_that_reaches_the_irs(setup, model, amplitude):
    w = 1j * amplitude * matched_bs_beam(setup[0])
    information, covariance = (f(*setup, model) for f in (equivalent_angle_information, angle_covariance))
    scaled = equivalent_angle_information(*setup, model, bs_beam=w)
    np.testing.assert_allclose(scaled, amplitude**2 * information, rtol=1e-9, atol=1e-12 * np.max(information))
    scaled = angle_covariance(*setup, model, bs_beam=w)
    np.testing.assert_allclose(amplitude**2 * scaled, covariance, rtol=1e-9)


@pytest.mark.parametrize("user_shape", [(1, 1), (4, 1), (1, 4)])
def test_where_the_information_is_singular_the_errors_have_no_covariance(user_shape):
    scenario = Scenario(user_shape=user_shape, user_aoa=(0.4, 0.3))
    covariance = angle_covariance(scenario, max_gain_beam(scenario), [1.0, 1j], "complex")
    assert np.isinf(np.diag(covariance)).any()
    assert covariance[0, 1] == covariance[1, 0] == 0
