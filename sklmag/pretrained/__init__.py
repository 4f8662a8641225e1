"""Trained weights: published networks, and files of our own."""

from sklmag.pretrained._files import load_model, save_model

__all__ = ["load_model", "save_model"]
