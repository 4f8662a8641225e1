"""The contract of scikit-learn, for every public estimator that is found."""

import inspect
import pickle

import numpy as np
import pytest
from numpydoc.docscrape import NumpyDocString
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from skopt.space import Real

import sklmag
from sklmag import (
    AutoRegressor,
    LGDCNNClassifier,
    LGDCNNRegressor,
    MultiHeadAttentionRegressor,
    SIPFENNRegressor,
)
from sklmag.design import InverseDesigner, MicrostructureDesigner
from sklmag.design._slot_net import SlotNetRegressor
from sklmag.model_selection import StagedSearchCV, search_space
from sklmag.models import (
    GrainVAE,
    MedianVotingRegressor,
    OrderedTargetsRegressor,
    SharedHeadRegressor,
)
from sklmag.models._net import NetRegressor
from sklmag.persistence import FixedNetwork
from sklmag.recipes import ResidualRegressor


def public_objects():
    for folder in sklmag.__all__:
        module = getattr(sklmag, folder)
        if inspect.ismodule(module):
            for name in module.__all__:
                yield f"{folder}.{name}", getattr(module, name)


def public_estimators():
    found = {o for _, o in public_objects() if inspect.isclass(o)}
    found.remove(FixedNetwork)  # which is of a file, and learns nothing
    return sorted(
        (cls for cls in found if issubclass(cls, BaseEstimator)),
        key=lambda cls: cls.__name__,
    )


INSTANCES = {
    StagedSearchCV: lambda cls: cls(
        Ridge(), [{"alpha": Real(0.1, 10)}], n_iter=2, cv=2
    ),
    MedianVotingRegressor: lambda cls: cls(
        [("ridge", Ridge()), ("stiffer", Ridge(10))]
    ),
    OrderedTargetsRegressor: lambda cls: cls(Ridge(), order=[]),
    SIPFENNRegressor: lambda cls: cls(width_factor=0.01, max_epochs=100),
    MultiHeadAttentionRegressor: lambda cls: cls(width=32, n_members=2, max_epochs=100),
    ResidualRegressor: lambda cls: cls(Ridge(), Ridge(10)),
    AutoRegressor: lambda cls: cls(members=["linear", "extra trees"]),
    GrainVAE: lambda cls: cls(max_epochs=2),
    LGDCNNClassifier: lambda cls: cls(width=16),
    InverseDesigner: lambda cls: cls(Ridge()),
    MicrostructureDesigner: lambda cls: cls(Ridge()),
}


def instance(cls):
    return INSTANCES.get(cls, lambda cls: cls())(cls)


NETS = [
    cls
    for cls in public_estimators()
    if issubclass(cls, NetRegressor) and not issubclass(cls, SlotNetRegressor)
]  # those that read slots of elements have their own: tests/design


@parametrize_with_checks([instance(cls) for cls in public_estimators()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_every_estimator_is_at_the_top_level():
    names = {cls.__name__ for cls in public_estimators()}
    assert len(names) > 15
    assert names <= set(sklmag.__all__)


def test_citations_are_bibtex():
    for cls in public_estimators():
        assert getattr(cls, "citation", "@article{").startswith("@article{")


def size_parameter(cls):
    """Return the parameter that says how wide a network is, and two small values."""
    if cls is SIPFENNRegressor:
        return "width_factor", [0.004, 0.008]
    if cls is SharedHeadRegressor:
        return "trunk_widths", [(8,), (16, 8)]
    return "width", [8, 16]


def small(cls):
    name, values = size_parameter(cls)
    return cls(**{name: values[0]}, max_epochs=2, random_state=0)


@pytest.fixture
def regression(cls):
    rng = np.random.RandomState(0)
    X = rng.uniform(size=(60, 4))
    y = np.sin(3 * X[:, 0]) + X[:, 1] ** 2
    if cls is LGDCNNRegressor:  # reads pairs of atomic number and amount
        X[:, [0, 2]] = [26, 60]
    return X, y


@pytest.mark.parametrize("cls", NETS)
class TestComposition:
    def test_pipeline_grid_search_and_parallel_scores(self, cls, regression):
        before = FunctionTransformer() if cls is LGDCNNRegressor else StandardScaler()
        pipeline = make_pipeline(before, cls(max_epochs=5, random_state=0))
        parameter, values = size_parameter(cls)
        name = f"{pipeline.steps[-1][0]}__{parameter}"
        pipeline.set_params(**{name: values[0]})
        grid = GridSearchCV(pipeline, {name: values}, cv=2)
        grid.fit(*regression)
        assert grid.best_params_[name] in values
        one = cross_val_score(pipeline, *regression, cv=2)
        two = cross_val_score(pipeline, *regression, cv=2, n_jobs=2)
        np.testing.assert_array_equal(one, two)

    def test_bayesian_search(self, cls, regression):
        from skopt import BayesSearchCV

        estimator = cls(max_epochs=3, random_state=0)
        search = BayesSearchCV(
            estimator, search_space(estimator), n_iter=3, cv=2, random_state=0
        )
        search.fit(*regression)
        assert set(search.best_params_) == set(search_space(estimator))

    def test_clone_is_unfitted_and_equal(self, cls, regression):
        fitted = small(cls).fit(*regression)
        copy = clone(fitted)
        assert copy.get_params() == fitted.get_params()
        assert not hasattr(copy, "net_")

    def test_pickle_and_skops_predict_the_same(self, cls, regression):
        import skops.io

        fitted = small(cls).fit(*regression)
        expected = fitted.predict(regression[0])
        pickled = pickle.loads(pickle.dumps(fitted))
        np.testing.assert_array_equal(pickled.predict(regression[0]), expected)
        saved = skops.io.dumps(fitted)
        untrusted = skops.io.get_untrusted_types(data=saved)
        assert all(name.startswith("sklmag.") for name in untrusted)
        loaded = skops.io.loads(saved, trusted=untrusted)
        np.testing.assert_array_equal(loaded.predict(regression[0]), expected)


def documented_objects():
    """Public functions, estimators, displays, errors."""
    return {
        name: thing
        for name, thing in public_objects()
        if inspect.isroutine(thing)
        or (inspect.isclass(thing) and not issubclass(thing, Exception))
    }


@pytest.mark.parametrize("name", documented_objects())
def test_docstrings_are_complete(name):
    thing = documented_objects()[name]
    document = NumpyDocString(inspect.getdoc(thing))
    entries = [entry.name.split(", ") for entry in document["Parameters"]]
    documented = [name.lstrip("*") for names in entries for name in names]
    assert document["Summary"]
    assert documented == list(inspect.signature(thing).parameters)


def typed_callables():
    """Public functions, constructors, and the methods that everybody calls."""
    for name, thing in documented_objects().items():
        if inspect.isroutine(thing):
            yield name, thing
            continue
        for method in ("__init__", "fit", "predict", "transform", "design", "plot"):
            found = getattr(thing, method, None)
            if inspect.isfunction(found) and found.__module__.startswith("sklmag."):
                yield f"{name}.{method}", found


@pytest.mark.parametrize("name", dict(typed_callables()))
def test_annotations_are_complete(name):
    thing = inspect.unwrap(dict(typed_callables())[name])
    own = set(inspect.signature(thing).parameters) - {"self", "cls"}
    assert own <= set(thing.__annotations__)
    assert "return" in thing.__annotations__
