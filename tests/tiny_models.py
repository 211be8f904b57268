"""Tiny neural models with random weights, of the shapes that the plugs take; each is made in a tenth of a second."""
from __future__ import annotations

import itertools
import json
import string
from pathlib import Path
from typing import Any

import torch
import transformers as t
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

from tqcheck.neural.metric import SCORE_TOKEN

torch.set_num_threads(1)  # models of this size are slower on several, and beside other work very much so
WIDE = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}


def characters(folder: Path, *, lower: bool = False, special: tuple[str, ...] = ("<s>", "<pad>", "</s>", "<unk>", "<mask>"), frame: bool = True, limit: int = 512) -> int:
    """Writes a tokenizer of one token per byte; the size of its vocabulary."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: n for n, token in enumerate([*special, *alphabet])}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token=special[3]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    begin, end = special[0], special[2]
    if frame:
        made.post_processor = processors.TemplateProcessing(
            single=f"{begin} $A {end}", pair=f"{begin} $A {end} {end} $B {end}", special_tokens=[(begin, vocabulary[begin]), (end, vocabulary[end])]
        )
    roles = dict(zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), special, strict=True))
    t.PreTrainedTokenizerFast(
        tokenizer_object=made, cls_token=begin, sep_token=end, model_max_length=limit, model_input_names=["input_ids", "attention_mask"], **roles
    ).save_pretrained(folder)
    return len(vocabulary)


def encoder(folder: Path, kind: str = "XLMRobertaForSequenceClassification", seed: int = 0, positions: int = 130, **options: Any) -> Path:
    """An XLM-R-shaped model (any class of that family) that reads `positions` − 2 tokens."""
    torch.manual_seed(seed)
    size = characters(folder, limit=positions - 2)
    config = t.XLMRobertaConfig(vocab_size=size, max_position_embeddings=positions, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1, **{**WIDE, **options})
    return _saved(getattr(t, kind)(config), folder)


def bert(folder: Path, kind: str = "BertForTokenClassification", seed: int = 0, **options: Any) -> Path:
    torch.manual_seed(seed)
    size = characters(folder)
    return _saved(getattr(t, kind)(t.BertConfig(vocab_size=size, max_position_embeddings=128, pad_token_id=1, **{**WIDE, **options})), folder)


def gpt(folder: Path, seed: int = 0) -> Path:
    torch.manual_seed(seed)
    size = characters(folder, frame=False, limit=64)
    config = t.GPT2Config(vocab_size=size, n_positions=64, n_embd=16, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=2)
    return _saved(t.GPT2LMHeadModel(config), folder)


def metricx(folder: Path, seed: int = 0, vocabulary: int = SCORE_TOKEN + 10) -> Path:
    torch.manual_seed(seed)
    characters(folder, special=("<s>", "<pad>", "</s>", "<unk>", "<mask>"))
    config = t.MT5Config(vocab_size=vocabulary, d_model=8, d_kv=4, d_ff=16, num_layers=2, num_decoder_layers=2, num_heads=2, pad_token_id=1, decoder_start_token_id=1, tie_word_embeddings=False)
    model = t.MT5ForConditionalGeneration(config)
    model.lm_head.weight = torch.nn.Parameter(torch.randn(vocabulary, 8))  # MetricX's head is not that of its embeddings
    with torch.inference_mode():
        read = model(input_ids=torch.arange(9, 60)[None], decoder_input_ids=torch.zeros(1, 1, dtype=torch.long), output_hidden_states=True)
    state = read.decoder_hidden_states[-1][0, 0]
    if vocabulary > SCORE_TOKEN:
        model.lm_head.weight.data[SCORE_TOKEN] = 10 * state / state.dot(state)  # figures around 10
    return _saved(model, folder)


def marian(folder: Path, seed: int = 0) -> Path:
    torch.manual_seed(seed)
    size = characters(folder, limit=200)
    config = t.MarianConfig(
        vocab_size=size, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=200, pad_token_id=1, eos_token_id=2, bos_token_id=0, decoder_start_token_id=1, forced_eos_token_id=2,
    )  # fmt: skip
    return _saved(t.MarianMTModel(config), folder)


def comet(folder: Path, base: Path, seed: int = 0, **hparams: Any) -> dict[str, Any]:
    """A COMET folder as it is published: hparams.yaml and a Lightning checkpoint. Returns its state dict."""
    encoder(base, "XLMRobertaModel", seed)
    torch.manual_seed(seed + 1)
    model = t.XLMRobertaModel(t.XLMRobertaConfig.from_pretrained(base), add_pooling_layer=False)
    told = {
        "class_identifier": "regression_metric", "pretrained_model": "somewhere/large", "layer": "mix", "sent_layer": "mix", "pool": "avg",
        "layer_norm": False, "layer_transformation": "softmax", "activations": "Tanh", "final_activation": None, "hidden_sizes": [12, 6], **hparams,
    }  # fmt: skip
    state = {f"encoder.model.{k}": v for k, v in model.state_dict().items()}
    layers = WIDE["num_hidden_layers"] + 1
    state |= {f"layerwise_attention.scalar_parameters.{n}": torch.randn(1) for n in range(layers)} | {"layerwise_attention.gamma": torch.tensor([1.3])}
    sizes = [WIDE["hidden_size"] * (1 if told["class_identifier"] == "unified_metric" else 6), 12, 6, 1]
    for n, (a, b) in enumerate(itertools.pairwise(sizes)):
        state |= {f"estimator.ff.{3 * n}.weight": torch.randn(b, a) / a**0.5, f"estimator.ff.{3 * n}.bias": torch.randn(b) / 10}
    (folder / "checkpoints").mkdir(parents=True)
    torch.save({"state_dict": state, "epoch": 1}, folder / "checkpoints" / "model.ckpt")
    (folder / "hparams.yaml").write_text("".join(f"{k}: {_yaml(v)}\n" for k, v in told.items()))
    return state


def _yaml(value: Any) -> str:
    if isinstance(value, list):
        return "".join(f"\n- {v}" for v in value)
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


def _saved(model: Any, folder: Path) -> Path:
    model.eval().save_pretrained(folder)
    return folder


def prose(words: int, seed: int = 0) -> str:
    """Sentences of made-up words."""
    import random

    chance = random.Random(seed)
    said = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(2, 9))) for _ in range(words)]
    return " ".join(w.capitalize() if n % 9 == 0 else w + "." if n % 9 == 8 else w for n, w in enumerate(said))
