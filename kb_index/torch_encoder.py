"""The slow, universal encoder: every sentence-transformers model, at the cost of importing torch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from kb_index.embedding import Vectors, clean_text, whole_words
from kb_index.errors import EncoderUnavailable


class TorchEncoder:
    """See `SentenceEncoder`; runs the model through sentence-transformers."""

    def __init__(self, folder: Path, model_id: str, threads: int = 1) -> None:
        torch.set_num_threads(threads)
        self._model = load_model(folder)
        self.model_id = model_id
        self.dimension = int(self._model.get_embedding_dimension())
        self.vocabulary = whole_words(self._model.tokenizer.get_vocab())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        clean = [clean_text(text) for text in texts]
        rows = self._model.encode(clean, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)


def load_model(folder: Path, **options: Any) -> Any:
    """The sentence-transformers model of a directory. Raises `EncoderUnavailable`."""
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True, **options)
    except Exception as error:  # the library raises whatever its loaders raise
        raise EncoderUnavailable(
            f"The embedding model in {folder} cannot be loaded. Its files are damaged or incomplete: "
            "save it again, or leave the setting empty for the packaged model.",
            {"model": str(folder), "cause": str(error)},
        ) from error
