"""Elastic moduli of isotropic bodies."""

from itertools import combinations

import numpy as np
import pytest

from sklmag import DesignError
from sklmag.design import elastic_moduli

# of steel and of a metallic glass; K and G are those of E and nu by hand
KNOWN = {
    "E_GPa": np.array([210.0, 98.5]), "G_GPa": np.array([80.7692, 36.5]),
    "K_GPa": np.array([175.0, 109.3]), "nu": np.array([0.3, 0.3497]),
}  # fmt: skip


@pytest.mark.parametrize("pair", [*combinations(KNOWN, 2)], ids="-".join)
def test_any_two_say_the_others(pair):
    found = elastic_moduli(**{name: KNOWN[name] for name in pair})
    for name, values in KNOWN.items():
        np.testing.assert_allclose(found[name], values, rtol=4e-3)
    again = elastic_moduli(K_GPa=found["K_GPa"], G_GPa=found["G_GPa"])
    np.testing.assert_allclose(again["E_GPa"], found["E_GPa"])
    assert isinstance(elastic_moduli(E_GPa=210, nu=0.3)["G_GPa"], float)


def test_what_no_body_has():
    with pytest.raises(DesignError, match="1 of K_GPa, E_GPa, G_GPa, nu are given"):
        elastic_moduli(E_GPa=210)
    with pytest.raises(DesignError, match="body has E_GPa=200, nu=0.6: moduli are abo"):
        elastic_moduli(E_GPa=[210, 200], nu=[0.3, 0.6])
    with pytest.raises(DesignError, match="has E_GPa=300, G_GPa=80"):  # nu = 0.875
        elastic_moduli(E_GPa=300, G_GPa=80)
