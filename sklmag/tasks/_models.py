"""The kinds of model that can be trained."""

MODELS = {
    "xgboost": "boosted trees; any table, formulas or structures; seconds",
    "dense": "a dense network (DNNR); any table, formulas or structures",
    "mhar": "multi-head attention (MHAR); tables of magnets",
    "lgdcnn": "L-G-DCNN; formulas; minutes, best from 500 rows on",
    "sipfenn": "SIPFENN's network on Voronoi descriptors; crystal structures",
    "gaussian-process": "a Gaussian process on glass descriptors; up to 2,000 formulas",
    "pcids": "predictor and corrector: from properties to compositions",
}
