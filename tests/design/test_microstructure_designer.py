"""Grain structures to order: what comes back is what the solver computes."""

import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag.datasets import load_nanocrystalline_magnets
from sklmag.design import MicrostructureDesigner
from sklmag.design._grain_genes import GeneSpace
from sklmag.exceptions import DesignError, SklmagWarning
from sklmag.microstructure import (
    DemagnetizationCurves,
    GrainFeaturizer,
    anchor_points,
    demagnetization_curve,
    figures_of_merit,
)

SHORT = {"n_generations": 2, "n_computed": 3, "n_rounds": 2, "random_state": 0}


@pytest.fixture(scope="module")
def magnets():
    return load_nanocrystalline_magnets()


@pytest.fixture(scope="module")
def designer(magnets):
    model = make_pipeline(GrainFeaturizer(), StandardScaler(), RidgeCV())
    X, y = magnets.structures[:200], magnets.target[:200]
    return MicrostructureDesigner(model, **SHORT).fit(X, y)


def test_the_computed_curve_is_what_was_asked_for(designer, magnets):
    asked = magnets.target.iloc[700]
    found = designer.design(asked.to_dict(), n_candidates=2)
    table = found.table
    assert (np.diff(table["missed"]) >= 0).all()
    assert table["Mr_computed"][0] == pytest.approx(asked["Mr"], abs=0.03)
    assert table["Hc_computed"][0] == pytest.approx(asked["Hc"], abs=0.06)
    assert table["missed"][0] < 0.25
    curves = demagnetization_curve(found.structures)
    points = anchor_points(curves.field, curves.magnetization)
    assert points["Hc"].tolist() == pytest.approx(table["Hc_computed"].tolist())
    assert table["n_grains"].between(4, 64).all()
    for angles, grains in zip(
        found.structures.angles, found.structures.grains, strict=True
    ):
        assert len(np.unique(angles)) <= len(np.unique(grains))  # an axis a grain


def test_a_curve_is_a_goal_and_so_is_an_energy_product(designer, magnets):
    one = DemagnetizationCurves(
        magnets.curves.field,
        magnets.curves.magnetization[[300]],
        magnets.curves.material,
    )
    by_curve = designer.design(one, n_candidates=1).table
    by_points = designer.design(
        magnets.target.iloc[300].to_dict(), n_candidates=1
    ).table
    assert by_curve.equals(by_points)
    found = designer.design({"BHmax_J_per_m3": (300e3, None)}, n_candidates=1)
    assert found.table["BHmax_J_per_m3_computed"][0] > 300e3
    product = figures_of_merit(found.curves)["BHmax_J_per_m3"][0]
    assert product == pytest.approx(found.table["BHmax_J_per_m3_computed"][0])


def test_what_no_structure_has_is_said(designer):
    with pytest.warns(SklmagWarning, match="No structure meets the goals; the nearest"):
        found = designer.design({"Mr": 0.99, "Hk90": 0.05}, n_candidates=1)
    assert found.table["missed"][0] > 0.25


def test_the_same_seed_is_the_same_design(designer):
    one, two = (designer.design({"Mr": 0.8}, n_candidates=1) for _ in range(2))
    assert one.table.equals(two.table)
    assert (one.structures.angles == two.structures.angles).all()


def test_genes_stay_within_what_is_allowed():
    random = np.random.RandomState(0)
    space = GeneSpace((3, 6), (1.0, 3.0), 0.5, (20, 30), random)
    genes = space.sample(0)
    for _ in range(300):
        genes = space.mutated(genes)
        assert 3 <= len(genes.angles) <= 6
        assert len(genes.seeds) == len(genes.angles)
        assert 1.0 <= genes.stretch <= 3.0
        assert np.abs(genes.angles).max() <= 0.5
        assert ((genes.seeds >= 0) & (genes.seeds <= 1)).all()
    known = space.maps([genes])[1][0]
    again = space.of_map(known, 1)
    assert space.maps([again])[1][0] == pytest.approx(known)


def test_stretched_grains_are_longer_along_the_field():
    space = GeneSpace((60, 60), (3.0, 3.0), 0.5, (80, 80), np.random.RandomState(0))
    grains = space.maps([space.sample(0)])[0][0]
    along, across = ((np.diff(grains, axis=k) != 0).mean() for k in (0, 1))
    assert across > 1.8 * along


def test_what_is_refused(designer, magnets):
    with pytest.raises(
        DesignError, match=r"goals \['Br'\] are not known; there are M1"
    ):
        designer.design({"Br": 1.2})
    with pytest.raises(DesignError, match="there are 2 curves; a goal is one"):
        designer.design(
            DemagnetizationCurves(
                magnets.curves.field, magnets.curves.magnetization[:2], None
            )
        )
    for ranges, message in (
        ({"n_grains": (9, 4)}, r"n_grains of 'n_grains': \(9, 4\) are no interval"),
        ({"n_grains": (0, 4)}, r"n_grains=\(0, 4\) must be the least and the most, fr"),
        ({"aspect_ratio": (0, 1)}, r"aspect_ratio=\(0, 1\) must be the least and"),
    ):
        with pytest.raises(DesignError, match=message):
            MicrostructureDesigner(RidgeCV(), **ranges).fit(magnets.data[:5], [1.0] * 5)
    maps_alone = MicrostructureDesigner(FrozenEstimator(designer.estimator_))
    maps_alone.fit(magnets.data[:5], magnets.target[:5])
    with pytest.raises(DesignError, match="the edge of a cell is unknown"):
        maps_alone.design({"Mr": 0.8})
