"""Estimators that learn."""

from sklmag._utils._lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "_attention": ["MultiHeadAttentionRegressor"],
        "_dense": ["DenseRegressor"],
        "_grain_vae": ["GrainVAE"],
        "_lgdcnn": ["LGDCNNRegressor"],
        "_median_voting": ["MedianVotingRegressor"],
        "_shared_head": ["SharedHeadRegressor"],
        "_sipfenn": ["SIPFENNRegressor"],
    },
)
