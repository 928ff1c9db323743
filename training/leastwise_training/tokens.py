"""Text to tokens, as llama.cpp does it for the base model: each line by itself, then the token of a line feed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import gguf
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers


class Tokens:
    """The tokenizer of the base model, from its GGUF file."""

    def __init__(self, path: Path) -> None:
        fields = gguf.GGUFReader(path).fields
        if (kind := fields["tokenizer.ggml.pre"].contents()) != "smollm":
            raise ValueError(f"the base model splits text by {kind!r}, which is not written here")
        tokens = fields["tokenizer.ggml.tokens"].contents()
        merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
        model = models.BPE(vocab={token: number for number, token in enumerate(tokens)}, merges=merges)
        self._tokenizer = Tokenizer(model)
        # Each digit by itself, then words as GPT-2 splits them.
        self._tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(r"\p{N}"), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        self._tokenizer.decoder = decoders.ByteLevel()
        self.line_feed = self._tokenizer.encode("\n").ids[0]
        self.of_line = lru_cache(maxsize=400_000)(self._of_line)

    def _of_line(self, line: str) -> tuple[int, ...]:
        return (*self._tokenizer.encode(line).ids, self.line_feed)
