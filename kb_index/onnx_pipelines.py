"""A sentence-transformers model as one graph, from token ids to the sentence vector and that of a middle layer."""

from typing import Any

import torch

_MIDDLE = 2 / 3
"""Which layer beside the last is told: the fourth of six."""

PACKED_INPUTS = ["position_ids", "owners", "places", "attention_mask"]
"""What a packed graph is told beside the tokens."""


class Padded(torch.nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Transformer, pooling and whatever follows; each text is a row, filled up to the length of the longest.

    A second output is the mean over the text of what the layer `_MIDDLE` of the way up gives, where the model tells.
    """

    def __init__(self, model: Any, inputs: list[str]) -> None:
        super().__init__()
        self.model = model
        self.inputs = inputs

    def example(self, tokenizer: Any) -> tuple[torch.Tensor, ...]:
        """What the graph is drawn with."""
        told = tokenizer(["where is my parcel", "hello"], padding=True, return_tensors="pt")
        return tuple(told[name] for name in self.inputs)

    @property
    def axes(self) -> dict[str, dict[int, str]]:
        """Which sides of its inputs may have any length."""
        return {name: {0: "batch", 1: "tokens"} for name in self.inputs}

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """See the class."""
        features = self.model(dict(zip(self.inputs, tensors, strict=True)))
        sentence: torch.Tensor = features["sentence_embedding"]
        layers = features.get("all_layer_embeddings")
        if not layers or "attention_mask" not in features:
            return (sentence,)
        return sentence, _mean(_middle(layers), features["attention_mask"])


class Packed(torch.nn.Module):  # type: ignore[misc]  # torch is untyped here
    """The same with all texts in one row, one behind the other, so that nothing is spent on filling up.

    Each token looks at those of its own text alone, and counts its position from where its text begins: for models
    that take positions and a mask of four sides (BERT and what is built like it). `owners` says of each token which
    text it belongs to, `places` where the tokens of each text stand, filled up as `attention_mask` tells.
    """

    def __init__(self, model: Any, inputs: list[str]) -> None:
        super().__init__()
        self.model = model
        self.tokens = [name for name in inputs if name != "attention_mask"]
        self.inputs = self.tokens + PACKED_INPUTS

    def example(self, tokenizer: Any) -> tuple[torch.Tensor, ...]:
        """See `Padded.example`."""
        told = [tokenizer(text, return_tensors="pt") for text in ("where is my parcel", "hello")]
        long, short = (each["input_ids"].shape[1] for each in told)
        tokens = [torch.cat([each[name] for each in told], dim=1) for name in self.tokens]
        positions = torch.cat([torch.arange(long), torch.arange(short)])
        owners = torch.cat([torch.zeros(long), torch.ones(short)]).long()
        places = torch.stack([torch.arange(long), torch.cat([long + torch.arange(short), torch.zeros(long - short)])])
        mask = torch.stack([torch.ones(long), torch.arange(long) < short]).long()
        return (*tokens, positions[None], owners, places.long(), mask)

    @property
    def axes(self) -> dict[str, dict[int, str]]:
        """See `Padded.axes`."""
        row = {name: {1: "tokens"} for name in [*self.tokens, "position_ids"]}
        return row | {"owners": {0: "tokens"}} | {name: {0: "batch", 1: "longest"} for name in PACKED_INPUTS[2:]}

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """See the class."""
        told = dict(zip(self.inputs, tensors, strict=True))
        owners, places, mask = (told.pop(name) for name in PACKED_INPUTS[1:])
        foreign = owners[:, None] != owners[None, :]
        told["attention_mask"] = foreign.to(torch.float32)[None, None] * torch.finfo(torch.float32).min
        features = self.model[0](told)
        layers = features.get("all_layer_embeddings")
        texts = {"token_embeddings": features["token_embeddings"][0][places], "attention_mask": mask}
        for module in list(self.model)[1:]:
            texts = module(texts)
        sentence: torch.Tensor = texts["sentence_embedding"]
        return (sentence, _mean(_middle(layers)[0][places], mask)) if layers else (sentence,)


def _middle(layers: Any) -> torch.Tensor:
    # The first of the layers is what goes into the first block.
    chosen: torch.Tensor = layers[round(_MIDDLE * (len(layers) - 1))]
    return chosen


def _mean(tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask.unsqueeze(-1).to(tokens.dtype)
    return (tokens * weights).sum(1) / weights.sum(1).clamp(min=1)
