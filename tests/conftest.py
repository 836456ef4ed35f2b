from hypothesis import HealthCheck, settings

# Not tests: the runner of `make mutants` needs mutmut.
collect_ignore = ["mutants"]

# Derandomised, so that a run of CI can be repeated; no deadline, because shared machines stall.
settings.register_profile(
    "noisac",
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("noisac")
