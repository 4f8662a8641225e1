"""Trained models: files of our own, published networks, and ONNX."""

from sklmag.pretrained._archive import read_card
from sklmag.pretrained._card import unit_of
from sklmag.pretrained._domain import DomainOfValidity
from sklmag.pretrained._files import SavedModel, load, open_model, save
from sklmag.pretrained._onnx import read_onnx, write_onnx
from sklmag.pretrained._registry import WEIGHTS, fetch_weights, load_pretrained

__all__ = [
    "WEIGHTS",
    "DomainOfValidity",
    "SavedModel",
    "fetch_weights",
    "load",
    "load_pretrained",
    "open_model",
    "read_card",
    "read_onnx",
    "save",
    "unit_of",
    "write_onnx",
]
