"""What public functions take: whatever scikit-learn makes an array of."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy.typing as npt
import pandas as pd

# lists of formulas, paths and structures are no array-likes to NumPy's types
ArrayLike: TypeAlias = npt.ArrayLike | pd.DataFrame | pd.Series | Sequence[Any]
