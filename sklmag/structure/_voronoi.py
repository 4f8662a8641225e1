"""The 271 attributes of a crystal by Ward et al., or those of KS2022."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np

from sklmag._utils._papers import WARD_2017
from sklmag._utils._validation import StrOptions
from sklmag.composition import MagpieFeaturizer, magpie_properties
from sklmag.composition._elements import atomic_numbers
from sklmag.composition._magpie import (
    element_values,
    ionic_character,
    lacking_in_rows,
)
from sklmag.structure._attributes import structural_attributes
from sklmag.structure._base import StructureFeaturizer

PAULING_OF_PYMATGEN = {
    "Pm": 1.13, "Eu": 1.2, "Tb": 1.1, "Yb": 1.1, "Rn": 2.2, "Lr": 1.3,
}  # fmt: skip
"""Electronegativities that pymatgen has and Magpie has not."""


class VoronoiFeaturizer(StructureFeaturizer):
    r"""The 271 attributes of a crystal by Ward et al. [1]_, as Magpie computes them.

    The first 126 describe the Voronoi cells of the sites, the others, those of
    :class:`~sklmag.composition.MagpieFeaturizer`, the elements. The order is that of
    SIPFENN [2]_, the numbers are those of the original program.

    Parameters
    ----------
    on_error : {"raise", "nan"}, default="raise"
        What becomes of a structure that cannot be read or divided into cells: an
        error, or a row of NaN, one warning that lists all of them, and their reasons
        in ``errors_``.
    n_jobs : int, default=None
        Processes; None is 1, or what ``joblib.parallel_config`` says.
    verbose : int or bool, default=0
        Whether to show a progress bar.
    missing : {"nan", "zero"}, default="nan"
        What a property is that an element lacks: NaN in the attributes that need it,
        or 0 before they are formed, as pySIPFENN and the networks trained with it have
        it; ``zeros_`` says of which.
    attributes : {"Ward2017", "KS2022"}, default="Ward2017"
        All 271, or the 256 of them that pySIPFENN calls KS2022 and its network NN30
        takes: without the order of the shells, the numbers of space groups of the
        elements, and ``can_form_ionic``.

    Attributes
    ----------
    errors_ : dict of int to str
        Row and reason of what the last `transform` could not read.
    zeros_ : dict of int to str
        With ``missing="zero"``, rows of the last `transform`, and the elements and
        properties that were counted as 0 there.

    Raises
    ------
    StructureError
        For molecules, disordered sites, two sites at one place, and unreadable files.

    See Also
    --------
    voronoi_tessellation : The faces that all structural attributes are made from.
    find_structure_files : Files in folders; paths are read by `transform` itself.

    Notes
    -----
    Of a site with faces of area :math:`a` to neighbours at distance :math:`d`, and
    :math:`A = \sum a`:

    - effective coordination :math:`A^2 / \sum a^2`;
    - bond length :math:`L = \sum a d / A`, of which the statistics are relative to the
      mean over all sites, and its variation :math:`\sum a |d - L| / (L A)`;
    - cell volume :math:`\sum a d / 6`, relative to the mean;
    - neighbor difference of a property :math:`\sum a |p_i - p_j| / A`.

    ``dev`` is the mean absolute deviation. ``max_packing_efficiency`` is the share of
    the volume inside spheres of the radius :math:`\min d / 2`.
    ``mean_warren_cowley_shell_n`` is the mean of :math:`|1 - P_t / x_t|` over sites and
    elements t of fraction :math:`x_t`, where :math:`P_t` is the chance that a walk of n
    steps ends at t; it goes through a face with a chance in proportion to its area,
    but to no site where it has been.

    matminer defines 26 of these columns differently, pySIPFENN 2: see the user guide.
    KS2022 forms the ionic characters from electronegativities of pymatgen, which are
    others for Pm, Eu, Tb, Yb, Rn and Lr.
    Missing properties of elements, such as the melting temperature of He, are NaN in
    the columns that need them, and nowhere else.

    The code is compiled at its first use on a machine, which takes about 20 s.

    References
    ----------
    .. [1] L. Ward et al., Phys. Rev. B 96 (2017) 024104,
       doi:10.1103/PhysRevB.96.024104.
    .. [2] A. M. Krajewski, J. W. Siegel, J. Xu, Z.-K. Liu, Comput. Mater. Sci. 208
       (2022) 111254, doi:10.1016/j.commatsci.2022.111254.

    Examples
    --------
    >>> from pymatgen.core import Lattice, Structure
    >>> from sklmag.structure import VoronoiFeaturizer
    >>> bcc = Structure(Lattice.cubic(2.87), ["Fe", "Co"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    >>> voronoi = VoronoiFeaturizer().set_output(transform="pandas")
    >>> row = voronoi.fit_transform([bcc]).iloc[0]
    >>> row[["mean_effective_coordination", "max_packing_efficiency"]].round(2)
    mean_effective_coordination    11.96
    max_packing_efficiency          0.68
    Name: 0, dtype: float64
    """

    citation = WARD_2017

    _parameter_constraints = {
        **StructureFeaturizer._parameter_constraints,
        "missing": [StrOptions({"nan", "zero"})],
        "attributes": [StrOptions({"Ward2017", "KS2022"})],
    }

    def __init__(
        self,
        *,
        on_error: Literal["raise", "nan"] = "raise",
        n_jobs: int | None = None,
        verbose: int | bool = 0,
        missing: Literal["nan", "zero"] = "nan",
        attributes: Literal["Ward2017", "KS2022"] = "Ward2017",
    ) -> None:
        super().__init__(on_error=on_error, n_jobs=n_jobs, verbose=verbose)
        self.missing = missing
        self.attributes = attributes

    def _describe(self, sites):
        """Return the structural attributes of a crystal, and its composition."""
        cells = sites.cells
        attributes = structural_attributes(
            cells.neighbor,
            cells.area,
            cells.distance,
            cells.start,
            cells.reverse,
            cells.image,
            sites.kind,
            element_values(self.missing)[sites.kinds],
            self.attributes == "Ward2017",
        )
        return attributes, sites.fractions

    def _numbers(self, described):
        structural, fractions = zip(*described, strict=True)
        magpie = MagpieFeaturizer(missing=self.missing)
        numbers = np.hstack((structural, magpie._numbers(fractions)))
        if self.attributes == "Ward2017":
            return numbers
        _take_electronegativities_of_pymatgen(numbers, fractions)
        return numbers[:, _of_ks2022()]

    def _take_note(self, read):
        if self.missing == "zero":
            fractions = {row: described[1] for row, described in read.items()}
            self.zeros_ = lacking_in_rows(fractions)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the attributes.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of shape (271,) or (256,), dtype object
        """
        names = np.array(_names(), dtype=object)
        return names if self.attributes == "Ward2017" else names[_of_ks2022()]


def _take_electronegativities_of_pymatgen(numbers, fractions):
    """Write the ionic characters of KS2022, whose values of six elements are others."""
    names, values, _ = magpie_properties()
    known = values[:, names.index("electronegativity")]
    for row, amounts in enumerate(fractions):
        if not PAULING_OF_PYMATGEN.keys() & amounts:
            continue
        chi = [PAULING_OF_PYMATGEN.get(e, known[atomic_numbers()[e]]) for e in amounts]
        numbers[row, -2:] = ionic_character(
            np.array([chi]), np.array([list(amounts.values())])
        )[0]


@cache
def _of_ks2022():
    """Return which of the 271 attributes KS2022 has; it keeps their order."""
    left_out = ("warren_cowley", "space_group", "can_form_ionic")
    return np.array([not any(part in name for part in left_out) for name in _names()])


@cache
def _names():
    four = ("mean", "dev", "min", "max")
    names = [f"{s}_effective_coordination" for s in four]
    names += [f"{s}_bond_length" for s in four[1:]]
    names += [f"{s}_bond_length_variation" for s in four]
    names += ["dev_cell_volume"]
    names += [f"mean_warren_cowley_shell_{n}" for n in (1, 2, 3)]
    names += ["max_packing_efficiency"]
    names += [
        f"{s}_neighbor_difference_{p}"
        for p in magpie_properties()[0]
        for s in (*four, "range")
    ]
    return [*names, *MagpieFeaturizer().get_feature_names_out()]
