"""Trained weights: published networks, and files of our own."""

from sklmag.pretrained._files import load_model, save_model
from sklmag.pretrained._onnx import read_onnx, write_onnx
from sklmag.pretrained._registry import WEIGHTS, load_pretrained

__all__ = [
    "WEIGHTS",
    "load_model",
    "load_pretrained",
    "read_onnx",
    "save_model",
    "write_onnx",
]
