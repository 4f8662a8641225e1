"""Prices of elements, from a table."""


def read_prices(path):
    """Return the price of a kilogram by element, or None without a table.

    Parameters
    ----------
    path : str or None
        A table with the columns ``element`` and ``price``.

    Raises
    ------
    ValueError
        For other columns, an element twice, and what is no price.
    """
    if path is None:
        return None
    import pandas as pd

    from sklmag.tasks import read_table

    table = read_table(path)
    for name in ("element", "price"):
        if name not in table:
            raise ValueError(
                f"{path}: column {name!r} is missing; there are {list(table)}. Write "
                "one row for each element: Nd,85."
            )
    prices = {}
    for element, price in zip(table["element"], table["price"], strict=True):
        if element in prices:
            raise ValueError(f"{path}: {element} has two prices.")
        number = pd.to_numeric(price, errors="coerce")
        if not number >= 0:
            raise ValueError(f"{path}: {element} costs {price!r}, which is no price.")
        prices[str(element)] = float(number)
    return prices
