"""Passive beamforming at the IRS: codebook, Algorithm 1, complete search and baselines."""
