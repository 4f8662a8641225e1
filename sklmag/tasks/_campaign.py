"""Results of experiments, as people write them into a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from sklmag.design import Campaign

_FAILED = ("failed", "fail")


def tell_table(campaign: Campaign, table: pd.DataFrame, name: str) -> int:
    """Give the results of a table to a campaign.

    Parameters
    ----------
    campaign : Campaign
        Gets them.
    table : DataFrame
        What ``ask`` gave, with results: a row without any stays in work, and "failed"
        in one of them is an experiment that gave nothing. Rows without a number are
        experiments of one's own.
    name : str
        What the table is called in errors.

    Returns
    -------
    int
        How many rows stay in work.

    Raises
    ------
    ValueError
        For a table without the columns of results.
    """
    missing = [column for column in campaign.outputs if column not in table]
    if missing:
        raise ValueError(
            f"{name}: column {missing[0]!r} is missing. Results are "
            f"{', '.join(campaign.outputs)}."
        )
    results = table[campaign.outputs].astype(object)
    texts = results.map(lambda value: str(value).strip().lower())
    failed = texts.isin(_FAILED).any(axis=1)
    waiting = ~failed & (results.isna() | texts.isin(["", "nan"])).all(axis=1)
    results = results.mask(texts.isin(["", *_FAILED]))
    told = table.assign(**results)[~waiting]
    if len(told):
        campaign.tell(told)
    return int(waiting.sum())
