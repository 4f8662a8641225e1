"""What command line and page do: read tables, train, predict, explain, design."""

from sklmag._utils._lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "_bibliography": ["bibliography"],
        "_design": ["design", "parse_all", "parse_goal", "parse_pair"],
        "_explain": ["Explanation", "explain"],
        "_open": ["open_any"],
        "_predict": ["beside", "predict_rows", "set_in_featurizers", "table_inputs"],
        "_recipes": ["RECIPES"],
        "_tables": ["find_formula_column", "find_structure_column", "read_table"],
        "_train": ["TrainedModel", "train"],
    },
)
