"""Which experiments to make next: Gaussian processes and BoTorch's acquisition."""

from __future__ import annotations

import warnings

import numpy as np
import torch

from sklmag._utils._optional import needed
from sklmag.design._quantity import Quantity

_N_SAMPLES = 128  # of the posterior
_N_REFINED, _N_ROUNDS = 200, 3  # neighbours of a choice that are tried, and how often
_LEAST_CHANCE = 1e-3
_SHY = 5.0  # of what fails more often than not


class Surrogate:
    """A Gaussian process for each output, on the rows that know it.

    Parameters
    ----------
    features : ndarray of shape (n_rows, n_features)
        What the process sees.
    inputs : ndarray of shape (n_rows, n_inputs)
        What goals may name.
    outputs : DataFrame of shape (n_rows, n_outputs)
        Measurements; NaN where one is not known.
    failed : ndarray of shape (n_rows,), dtype bool
        Which experiments gave nothing.
    """

    def __init__(self, features, inputs, outputs, failed):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of its own parts
            needed("botorch", extra="campaign", what="Suggesting experiments")
        self.names = list(outputs.columns)
        self.n_inputs = inputs.shape[1]
        self.rows = np.hstack((inputs, features))
        self.known = outputs.notna().any(axis=1).to_numpy()
        self.model = self._fitted(outputs)
        self.chance = _Chance(features, failed)

    def _fitted(self, outputs):
        from botorch.exceptions.warnings import InputDataWarning
        from botorch.fit import fit_gpytorch_mll
        from botorch.models import ModelListGP, SingleTaskGP
        from botorch.models.transforms import Standardize
        from botorch.models.transforms.input import FilterFeatures
        from gpytorch.mlls import ExactMarginalLogLikelihood

        seen = torch.arange(self.n_inputs, self.rows.shape[1])
        models = []
        for name in self.names:
            y = outputs[name].to_numpy(dtype=float)
            known = np.isfinite(y)
            with warnings.catch_warnings():
                # features have the spread of the unit cube, not its ends
                warnings.simplefilter("ignore", InputDataWarning)
                model = SingleTaskGP(
                    torch.as_tensor(self.rows[known]),
                    torch.as_tensor(y[known, None]),
                    outcome_transform=Standardize(1),
                    input_transform=FilterFeatures(seen),
                )
            fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
            models.append(model)
        return ModelListGP(*models)

    def predict(self, rows):
        """Return mean and standard deviation of each output, (n_rows, n_outputs)."""
        with torch.no_grad():
            found = self.model.posterior(torch.as_tensor(rows))
            return found.mean.numpy(), found.variance.sqrt().numpy()


class _Chance:
    """How likely an experiment gives a result: a Gaussian process of classes."""

    def __init__(self, features, failed):
        self.classifier = None
        if failed.any() and not failed.all():
            from sklearn.gaussian_process import GaussianProcessClassifier
            from sklearn.gaussian_process.kernels import RBF, ConstantKernel
            from sklearn.pipeline import make_pipeline
            from sklearn.preprocessing import StandardScaler

            length = np.sqrt(features.shape[1])
            kernel = ConstantKernel(1.0) * RBF(length, (0.1 * length, 10 * length))
            self.classifier = make_pipeline(
                StandardScaler(), GaussianProcessClassifier(kernel, random_state=0)
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of scales at their ends
                self.classifier.fit(features, ~failed)

    def __call__(self, features):
        if self.classifier is None:
            return np.ones(len(features))
        return self.classifier.predict_proba(features)[:, 1].clip(_LEAST_CHANCE)


def chosen_next(surrogate, wanted, choices, pending, n, seed, neighbours=None):
    """Return the rows of the next experiments, one after the other.

    Parameters
    ----------
    surrogate : Surrogate
    wanted : Wanted
        What is to be large, and what has to hold.
    choices : ndarray of shape (n_choices, n_inputs + n_features)
        Experiments that could be made.
    pending : ndarray of shape (n_pending, n_inputs + n_features)
        Those in work.
    n : int
        How many.
    seed : int
    neighbours : callable, default=None
        From a row to rows near it that could be made too.

    Returns
    -------
    ndarray of shape (n, n_inputs + n_features)
    """
    chosen = []
    for k in range(n):
        waiting = np.vstack((pending, *[row[None] for row in chosen]))
        value = _acquisition(surrogate, wanted, waiting, seed + k)
        values = value(choices)
        best, most = choices[np.argmax(values)], values.max()
        for _ in range(_N_ROUNDS if neighbours else 0):
            near = neighbours(best, _N_REFINED)
            values = value(near)
            if values.max() > most:
                best, most = near[np.argmax(values)], values.max()
        chosen.append(best)
        choices = choices[(choices != best).any(axis=1)]
    return np.array(chosen)


def _acquisition(surrogate, wanted, pending, seed):
    """Return a function from rows to the logarithm of what each is worth."""
    from botorch.acquisition.logei import qLogNoisyExpectedImprovement
    from botorch.acquisition.multi_objective.logei import (
        qLogNoisyExpectedHypervolumeImprovement,
    )
    from botorch.acquisition.multi_objective.objective import (
        GenericMCMultiOutputObjective,
    )
    from botorch.acquisition.objective import GenericMCObjective
    from botorch.sampling import SobolQMCNormalSampler

    known = torch.as_tensor(surrogate.rows[surrogate.known])
    common = {
        "model": surrogate.model,
        "X_baseline": known,
        "X_pending": torch.as_tensor(pending) if len(pending) else None,
        "sampler": SobolQMCNormalSampler(torch.Size([_N_SAMPLES]), seed=seed),
        "constraints": wanted.constraints or None,
        "prune_baseline": True,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of precision and scaling: see `rows`
        if wanted.n_objectives > 1:
            values = wanted(surrogate.model.posterior(known).mean.detach(), known)
            worst = values.min(dim=0).values - 0.1 * (
                values.max(dim=0).values - values.min(dim=0).values
            )
            function = qLogNoisyExpectedHypervolumeImprovement(
                ref_point=worst,
                objective=GenericMCMultiOutputObjective(wanted),
                **common,
            )
        else:
            function = qLogNoisyExpectedImprovement(
                objective=GenericMCObjective(lambda s, X=None: wanted(s, X)[..., 0]),
                **common,
            )

    def value(rows):
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parts = torch.as_tensor(rows)[:, None].split(512)
            found = torch.cat([function(part) for part in parts]).numpy()
        chance = surrogate.chance(rows[:, surrogate.n_inputs :])
        return found + np.log(chance) - _SHY * np.maximum(0, np.log(0.5 / chance))

    return value


class Wanted:
    """Goals as BoTorch asks for them: objectives that are large, constraints below 0.

    Parameters
    ----------
    goals : list of Goal
    inputs, outputs : list of str
        Names of the columns of rows and of samples.
    scale : dict of str to float
        How much each quantity varies: the unit in which its goal counts.
    meanings : dict of str to str
        What other names in goals mean, see :class:`Quantity`.
    """

    def __init__(self, goals, inputs, outputs, scale, meanings):
        self.inputs, self.outputs, self.scale = inputs, outputs, scale
        self.meanings = meanings
        objectives = [g for g in goals if g.is_objective]
        limits = [g for g in goals if not g.is_objective]
        # an interval can be met, a value only be come near to
        self.values = [g for g in limits if g.low == g.high or not objectives]
        self.objectives = objectives
        self.constraints = [
            self._constraint(g, *end)
            for g in limits
            if g not in self.values
            for end in ((g.low, -1.0), (g.high, 1.0))
            if np.isfinite(end[0])
        ]

    @property
    def n_objectives(self):
        """Number of columns of what is called."""
        return max(1, len(self.objectives))

    def __call__(self, samples, X=None):
        """Return objectives of samples (..., n_outputs), in units of their scale."""

        def column(name):
            if name in self.outputs:
                return samples[..., self.outputs.index(name)]
            part = X[..., self.inputs.index(name)]
            return part.expand(samples.shape[:-1])

        missed = sum(
            goal.weight
            * _over(goal, self._value(goal, column))
            / self.scale[goal.quantity]
            for goal in self.values
        )
        if not self.objectives:
            return -missed[..., None]
        found = []
        for goal in self.objectives:
            sign = 1.0 if goal.direction == "maximize" else -1.0
            value = sign * goal.weight * self._value(goal, column)
            value = value / self.scale[goal.quantity]
            found.append(value - 10 * missed if self.values else value)
        return torch.stack(found, dim=-1)

    def _value(self, goal, column):
        known = [*self.inputs, *self.outputs]
        return Quantity(goal.quantity).by(column, known, self.meanings)

    def _constraint(self, goal, end, sign):
        def excess(samples):
            value = self._value(
                goal, lambda name: samples[..., self.outputs.index(name)]
            )
            return sign * (value - end) / self.scale[goal.quantity]

        return excess


def _over(goal, value):
    low = torch.clamp(goal.low - value, min=0) if np.isfinite(goal.low) else 0.0
    high = torch.clamp(value - goal.high, min=0) if np.isfinite(goal.high) else 0.0
    return low + high
