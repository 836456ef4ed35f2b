"""The optimisers that are compared: each searches a `Problem` until it is over, anew each time it is stuck."""

import importlib.util

import numpy as np
from scipy.optimize import differential_evolution, dual_annealing

import noisac
from noisac.beamforming.descent import SumsObjective, descend
from noisac.model.symbols import SymbolMoments

#: Populations, the best of those tried at L = 16 (20, 50, 100, 200).
DIFFERENCES, GENES = 100, 50
#: Evaluations per element that a descent takes, about: five sweeps with three trials.
DESCENT = 15
#: Random starts that descend together.
DESCENTS = 16


class Patience:
    """Says when to start anew, for runs that cannot tell that they are stuck.

    After ``times`` evaluations per element without a gain; the best of the numbers tried at L = 9 and 16.
    """

    def __init__(self, problem, times=20):
        self.best, self.waited, self.limit = np.inf, 0, times * problem.elements

    def ended(self, values):
        """Take note of the values of some evaluations; True if the run should start anew."""
        self.waited += len(values)
        lowest = min(values)
        if lowest < self.best - 1e-12:
            self.best, self.waited = lowest, 0
        return self.waited >= self.limit


def cross_entropy(times=5, **options):
    """Algorithm 1 with C = ``times`` L candidates and further options, anew each time that it has stopped."""

    def search(problem, rng):
        while True:
            noisac.minimise_over_phases(
                problem.of_beams,
                problem.scenario,
                rng=rng.spawn(1)[0],
                candidates=times * problem.elements,
                **options,
            )

    return search


def coordinate_descent(problem, rng):
    """Coordinate descent from the beam of the largest gain, then from more and more random beams as well."""
    restarts = 1
    while True:
        noisac.coordinate_descent(
            problem.scenario,
            problem.moments,
            problem.weight,
            rng=rng.spawn(1)[0],
            metric=problem.metric,
            restarts=restarts,
        )
        affordable = problem.left // (DESCENT * problem.elements)
        restarts = max(2, min(8 * restarts, affordable))


def random_descents(problem, rng):
    """Coordinate descent from random beams only, as all general optimisers start."""
    objective = SumsObjective(
        problem.link,
        SymbolMoments(problem.moments.slots, problem.moments.factor[None]),
        problem.weight[None],
        "real",
        problem.metric,
    )
    terms = problem.link.weights[:, None, :] * problem.codebook[:, None]
    while True:
        starts = max(1, min(DESCENTS, problem.left // (DESCENT * problem.elements)))
        index = rng.integers(problem.phases, size=(starts, problem.elements), dtype=np.uint8)
        descend(objective, terms, index, np.zeros(starts, np.intp))


def simulated_annealing(problem, rng):
    """SciPy's dual annealing without its local search, which needs derivatives; real numbers, rounded down."""

    def value(x):
        return float(problem.of_indices(np.floor(x).astype(int)[None] % problem.phases)[0])

    while True:
        dual_annealing(
            value,
            [(0, problem.phases)] * problem.elements,
            no_local_search=True,
            maxfun=10**9,
            maxiter=10**6,
            rng=rng,
        )


def evolve_differences(problem, rng):
    """SciPy's differential evolution on integers, whole generations at a time."""

    def values(x):
        return problem.of_indices(x.T.astype(int))

    while True:
        differential_evolution(
            values,
            [(0, problem.phases - 1)] * problem.elements,
            integrality=np.ones(problem.elements, bool),
            init=rng.integers(problem.phases, size=(DIFFERENCES, problem.elements)).astype(float),
            maxiter=10**6,
            vectorized=True,
            updating="deferred",
            recombination=0.3,  # better here than the default 0.7
            polish=False,
            rng=rng,
        )


def genetic_algorithm(problem, rng):
    """Pymoo's GA with its defaults for integers: simulated binary crossover and mutation, rounded."""
    from pymoo.algorithms.soo.nonconvex.ga import GA
    from pymoo.core.problem import Problem as Vectorised
    from pymoo.core.termination import NoTermination
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling

    class Beams(Vectorised):
        def __init__(self):
            super().__init__(n_var=problem.elements, n_obj=1, xl=0, xu=problem.phases - 1, vtype=int)

        def _evaluate(self, x, out, *_args, **_options):
            out["F"] = problem.of_indices(x.astype(int))[:, None]

    while True:
        algorithm = GA(
            pop_size=GENES,
            sampling=IntegerRandomSampling(),
            crossover=SBX(vtype=float, repair=RoundingRepair()),
            mutation=PM(vtype=float, repair=RoundingRepair()),
            eliminate_duplicates=True,
        )
        algorithm.setup(Beams(), termination=NoTermination(), seed=int(rng.integers(2**31)), verbose=False)
        patience = Patience(problem)
        while algorithm.has_next():
            offspring = algorithm.ask()
            if offspring is None or len(offspring) == 0:
                break
            algorithm.evaluator.eval(algorithm.problem, offspring)
            algorithm.tell(infills=offspring)
            if patience.ended(offspring.get("F")[:, 0]):
                break


def categorical_cma(problem, rng):
    """CatCMAwM of the package cmaes, each element a category of its own."""
    from cmaes import CatCMAwM

    while True:
        optimiser = CatCMAwM(c_space=[problem.phases] * problem.elements, seed=int(rng.integers(2**31)))
        patience, stuck = Patience(problem), False
        while not stuck:
            asked = [optimiser.ask() for _ in range(optimiser.population_size)]
            values = problem.of_indices(np.array([solution.c for solution in asked]).argmax(axis=-1))
            optimiser.tell([(solution, float(value)) for solution, value in zip(asked, values, strict=True)])
            stuck = patience.ended(values)


def discrete_one_plus_one(problem, rng):
    """Nevergrad's DiscreteOnePlusOne, each element an integer."""
    import nevergrad

    while True:
        start = np.full(problem.elements, (problem.phases - 1) / 2)
        space = nevergrad.p.Array(init=start, lower=0, upper=problem.phases - 1).set_integer_casting()
        space.random_state = np.random.RandomState(int(rng.integers(2**31)))
        optimiser = nevergrad.optimizers.DiscreteOnePlusOne(parametrization=space, budget=problem.budget)
        patience, stuck = Patience(problem, 100), False
        while not stuck:
            asked = optimiser.ask()
            values = problem.of_indices(np.array(asked.value, dtype=int)[None])
            optimiser.tell(asked, float(values[0]))
            stuck = patience.ended(values)


#: Algorithms of this package.
OWN = {
    "coordinate descent": coordinate_descent,
    "coordinate descent, random starts": random_descents,
    "Algorithm 1 as printed, C = 5 L": cross_entropy(),
    "Algorithm 1, C = 20 L": cross_entropy(times=20),
    "Algorithm 1, smoothing 0.7": cross_entropy(smoothing=0.7),
    "Algorithm 1, elites kept": cross_entropy(keep_elites=True),
}
#: Packages that an outside optimiser needs, by the name of its import.
OUTSIDE = {
    "scipy dual_annealing": (simulated_annealing, "scipy"),
    "scipy differential_evolution": (evolve_differences, "scipy"),
    "pymoo GA, rounded": (genetic_algorithm, "pymoo"),
    "cmaes CatCMAwM": (categorical_cma, "cmaes"),
    "nevergrad DiscreteOnePlusOne": (discrete_one_plus_one, "nevergrad"),
}


def outside(warn=print):
    """Outside optimisers that are installed, by name; says which are not."""
    found = {}
    for name, (search, package) in OUTSIDE.items():
        if importlib.util.find_spec(package) is None:
            warn(f"left out: {name}, because {package} is not installed; pip install -e .[bench]")
        else:
            found[name] = search
    return found
