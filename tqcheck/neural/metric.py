"""Learned metrics: MetricX (Juraska et al. 2023, 2024), COMET's estimators (Rei et al. 2020, 2022), and any regression head."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from tqcheck.config import ModelName, NeuralSettings
from tqcheck.model import Value
from tqcheck.neural import loading
from tqcheck.neural.loading import Encoded, Model, ModelError, Tensor

SCORE_TOKEN = 250089
"""<extra_id_10> in mT5's vocabulary: MetricX is trained to give its score as this token's logit in the first decoder step."""
WORST_ERROR = 25.0
"""MetricX gives errors from 0 (perfect) to 25, as MQM counts them."""
METRICX_TOKENS = {"metricx-23": 1024, "metricx-24": 1536}
"""Input lengths that MetricX's authors document."""


class Passage(Value, frozen=True):
    """What a metric reads: a passage of the text, and its counterparts, where known."""

    candidate: str
    source: str | None = None
    reference: str | None = None


class Metric(Protocol):
    """One metric. `needs`: parts of a passage that it cannot do without; `raw`: figures as the model gives them."""

    model: Model
    kind: str

    def needs(self, passage: Passage) -> str | None: ...
    def raw(self, passages: Sequence[Passage]) -> list[float]: ...
    def scale(self, figure: float) -> float: ...


def rate(metric: Metric, passages: Sequence[Passage]) -> list[float]:
    """0–100, higher is better, for each passage. Raises ModelError where a passage lacks what the metric needs."""
    for passage in passages:
        if missing := metric.needs(passage):
            raise ModelError(f"{metric.model.card.name} needs the {missing}")
    return [min(100.0, max(0.0, metric.scale(figure))) for figure in metric.raw(passages)]


def load(name: ModelName, settings: NeuralSettings) -> Metric:
    """The metric in a folder: of the kind that the settings say, or that its files tell."""
    own = loading.card(name, settings)
    kind = own.wanted.kind
    if kind == "auto":
        architecture = " ".join(own.config.get("architectures") or ())
        if own.own.get("kind") == "comet" or (own.folder / "hparams.yaml").is_file():
            kind = "comet"
        elif own.config.get("model_type") in ("mt5", "t5"):
            kind = "metricx-23" if "metricx-23" in f"{own.name} {own.config.get('_name_or_path', '')}".casefold() else "metricx-24"
        elif "SequenceClassification" in architecture:
            kind = "regression"
        else:
            raise ModelError(f"model {own.name}: {architecture or 'unknown architecture'}: say what it is with `kind`: metricx-23, metricx-24, comet or regression")
    if kind == "comet":
        return Comet(own, settings)
    if kind == "regression":
        return Regression(name, settings)
    return MetricX(name, settings, kind)


def parted(passage: Passage, fits: Any, depth: int = 0) -> list[Passage]:
    """A passage too long for a model as several: each text cut at like places, so that the pieces go together.

    fits(passage) says whether the model reads it at once.
    """
    if fits(passage) or depth > 12 or len(passage.candidate) < 2:
        return [passage]
    halves = [[t[a:b] for a, b in loading.divide(t, 2)] if t and len(t) > 1 else [t, t] for t in (passage.candidate, passage.source, passage.reference)]
    return [
        part for n in range(2)
        for part in parted(Passage(halves[0][n] or "", halves[1][n], halves[2][n]), fits, depth + 1)
    ]  # fmt: skip


class _Joint:
    """A metric that reads the parts of a passage in one input; figures of windows are averaged by their length."""

    model: Model

    def encoded(self, passages: Sequence[Passage]) -> list[list[Encoded]]:
        """The inputs of each passage: one, or several to be averaged."""
        raise NotImplementedError

    def forward(self, **batch: Tensor) -> Tensor:
        raise NotImplementedError

    def raw(self, passages: Sequence[Passage]) -> list[float]:
        def fits(passage: Passage) -> bool:
            return all(len(item["input_ids"]) <= self.model.limit for item in self.encoded([passage])[0])

        whole = self.encoded(passages)
        inputs: list[tuple[int, float, Encoded]] = []
        for number, (passage, items) in enumerate(zip(passages, whole, strict=True)):
            if all(len(item["input_ids"]) <= self.model.limit for item in items):
                inputs += [(number, 1.0, item) for item in items]
                continue
            parts = parted(passage, fits)
            for part, own in zip(parts, self.encoded(parts), strict=True):
                inputs += [(number, float(len(part.candidate)), item) for item in own]
        rows = self.model.run([item for *_, item in inputs], self.forward, "passages")
        sums, weights = [0.0] * len(passages), [0.0] * len(passages)
        for (number, weight, _), row in zip(inputs, rows, strict=True):
            sums[number] += weight * float(row)
            weights[number] += weight
        return [s / w for s, w in zip(sums, weights, strict=True)]


class MetricX(_Joint):
    """MetricX-23 and -24: mT5, one decoder step, the logit of one token clamped to 0–25.

    A -23 model reads the candidate with its reference, or where it is one for quality estimation ("-qe-" in its name, or
    `inputs` that say so) with its source. -24 reads whichever there are. The end token is left out of the input, as its
    authors do. https://github.com/google-research/metricx
    """

    def __init__(self, name: ModelName, settings: NeuralSettings, kind: str) -> None:
        self.kind = kind
        self.model = loading.load(name, settings, "AutoModelForSeq2SeqLM", METRICX_TOKENS[kind])
        card = self.model.card
        if self.model.model.config.vocab_size <= SCORE_TOKEN:
            raise ModelError(f"model {card.name}: a vocabulary of {self.model.model.config.vocab_size}; MetricX has its score in token {SCORE_TOKEN}")
        own = f"{card.name} {card.config.get('_name_or_path', '')}".casefold()
        self.other: str | None = None
        """What a -23 model reads beside the candidate."""
        if kind == "metricx-23":
            self.other = "source" if "source" in card.wanted.inputs or (not card.wanted.inputs and re.search(r"-qe(?:-|$|\s)", own)) else "reference"
        self._own_head()

    def _own_head(self) -> None:
        """transformers 5 calls mT5's head and embeddings one; MetricX's are two, so the head is taken from the file."""
        import torch

        for path in self.model.card.files:
            if (weight := _tensor(path, "lm_head.weight")) is not None:
                self.model.model.lm_head.weight = torch.nn.Parameter(weight.to(self.model.model.lm_head.weight), requires_grad=False)
                return
        raise ModelError(f"model {self.model.card.name}: holds no head of its own (lm_head.weight); it is an mT5, but no MetricX")

    def needs(self, passage: Passage) -> str | None:
        if self.other is not None:
            return self.other if getattr(passage, self.other) is None else None
        return None if passage.reference is not None or passage.source is not None else "source or a reference"

    def text(self, passage: Passage) -> str:
        if self.other is not None:
            return f"candidate: {passage.candidate} {self.other}: {getattr(passage, self.other)}"
        parts = [("source", passage.source), ("candidate", passage.candidate), ("reference", passage.reference)]
        return " ".join(f"{name}: {text}" for name, text in parts if text is not None)

    def encoded(self, passages: Sequence[Passage]) -> list[list[Encoded]]:
        end = self.model.tokenizer.eos_token_id
        items = self.model.encode([self.text(p) for p in passages])
        return [[{k: v[:-1] if i["input_ids"][-1] == end else v for k, v in i.items()}] for i in items]

    def forward(self, **batch: Tensor) -> Tensor:
        start = batch["input_ids"].new_zeros((len(batch["input_ids"]), 1))
        return self.model.model(**batch, decoder_input_ids=start, use_cache=False).logits[:, 0, SCORE_TOKEN].float().clamp(0, WORST_ERROR)

    def scale(self, figure: float) -> float:
        return 100 * (1 - figure / WORST_ERROR)


def _tensor(path: Path, name: str) -> Tensor | None:
    """One tensor of a file of weights; of a pickle, without running code in it."""
    if path.suffix == ".safetensors":
        from safetensors import safe_open

        with safe_open(path, "pt") as file:
            return file.get_tensor(name) if name in file.keys() else None  # noqa: SIM118
    import torch

    return torch.load(path, map_location="cpu", weights_only=True, mmap=True).get(name)


class Regression(_Joint):
    """A sequence classifier with one output (BLEURT-like, TransQuest-like). Reads two texts as a pair, or one."""

    kind = "regression"

    def __init__(self, name: ModelName, settings: NeuralSettings) -> None:
        self.model = loading.load(name, settings, "AutoModelForSequenceClassification")
        number = self.model.model.config.num_labels
        if number != 1:
            raise ModelError(f"model {self.model.card.name}: {number} classes; a metric has one output (a detector goes under `detector`)")
        self.inputs = self.model.card.wanted.inputs or ("reference", "candidate")
        if len(self.inputs) > 2:
            raise ModelError(f"model {self.model.card.name}: `inputs` names {len(self.inputs)} texts; a pair at most")
        self.worst, self.best = self.model.card.wanted.range
        if self.worst == self.best:
            raise ModelError(f"model {self.model.card.name}: `range` should be the figures of the worst and of the best translation")

    def needs(self, passage: Passage) -> str | None:
        return next((name for name in self.inputs if getattr(passage, name) is None), None)

    def encoded(self, passages: Sequence[Passage]) -> list[list[Encoded]]:
        texts = [[getattr(p, name) for p in passages] for name in self.inputs]
        return [[item] for item in self.model.encode(*texts)]

    def forward(self, **batch: Tensor) -> Tensor:
        return self.model.model(**batch).logits[:, 0]

    def scale(self, figure: float) -> float:
        return 100 * (figure - self.worst) / (self.best - self.worst)


class Comet:
    """COMET's regression, referenceless and unified metrics (wmt22-comet-da, wmt20-comet-qe-da, wmt22-cometkiwi-da …) over a converted checkpoint.

    The encoder is an ordinary transformers model; the layer mix and the estimator are read from the same safetensors.
    https://github.com/Unbabel/COMET
    """

    kind = "comet"

    def __init__(self, own: loading.Card, settings: NeuralSettings) -> None:
        import torch
        from safetensors.torch import load_file
        from transformers import AutoConfig, AutoModel

        if own.files[0].suffix != ".safetensors" or not own.config or own.own.get("kind") != "comet":
            raise ModelError(f"model {own.name}: a published COMET folder; `tqcheck train convert-comet FOLDER --out …` makes it readable, once")
        loading.say_licence(own)
        where = loading.device(settings.device)
        hparams = own.own["hparams"]
        self.unified = hparams["class_identifier"] == "unified_metric"
        self.referenceless = hparams["class_identifier"] == "referenceless_regression_metric"
        with loading.quiet():
            encoder = AutoModel.from_config(AutoConfig.from_pretrained(own.folder, local_files_only=True, trust_remote_code=False), dtype=torch.float32)
        weights: dict[str, Tensor] = {}
        for path in own.files:
            weights |= load_file(path)
        prefix = "encoder.model."
        missing, _ = encoder.load_state_dict({k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}, strict=False)
        missing = [k for k in missing if "position_ids" not in k and "pooler" not in k]
        if missing:
            raise ModelError(f"model {own.name}: lacks weights of its encoder ({', '.join(missing[:3])} …)")
        self.model = Model(own, encoder.to(where).eval(), loading.tokenizer(own, settings), where, settings)
        self.layer = hparams.get("sent_layer" if self.unified else "layer", "mix")
        self.pool = "cls" if self.unified else hparams.get("pool", "avg")
        self.segments = tuple(hparams.get("input_segments") or ("mt", "src", "ref")) if self.unified else ("mt", "src") if self.referenceless else ("mt", "src", "ref")
        if self.layer == "mix":
            found = sorted((k for k in weights if k.startswith("layerwise_attention.scalar_parameters.")), key=lambda k: int(k.rsplit(".", 1)[1]))
            if len(found) != encoder.config.num_hidden_layers + 1:
                raise ModelError(f"model {own.name}: a mix of {len(found)} layers over an encoder of {encoder.config.num_hidden_layers + 1}")
            scalars = torch.cat([weights[k].float().view(1) for k in found])
            # "sparsemax_patch" of published files falls through to softmax in COMET itself; so do those that say nothing
            transformation = hparams.get("layer_transformation", "sparsemax" if self.unified else "softmax")
            self.mix = (sparsemax(scalars) if transformation == "sparsemax" else scalars.softmax(0)).to(where)
            self.gamma = weights["layerwise_attention.gamma"].float().to(where)
        self.layer_norm = bool(hparams.get("layer_norm", True))
        self.estimator = estimator(weights, hparams, own.name).to(where).eval()

    def needs(self, passage: Passage) -> str | None:
        given = {"src": passage.source is not None, "ref": passage.reference is not None}
        names = {"src": "source", "ref": "reference"}
        required = [s for s in self.segments if s != "mt"]
        if self.unified and len(required) > 1:
            return None if any(given.values()) else "source or a reference"
        return next((names[s] for s in required if not given[s]), None)

    def scale(self, figure: float) -> float:
        return 100 * figure

    def raw(self, passages: Sequence[Passage]) -> list[float]:
        return self._joint(passages) if self.unified else self._apart(passages)

    def _apart(self, passages: Sequence[Passage]) -> list[float]:
        """Each text is read alone; a long one in windows, whose tokens are pooled together."""
        import torch

        texts = list(dict.fromkeys(t for p in passages for t in (p.candidate, p.source or "", p.reference or "")))
        spans = [self.model.windows(t) for t in texts]
        items = self.model.encode([t[a:b] for t, own in zip(texts, spans, strict=True) for a, b in own])
        rows = iter(zip(self.model.run(items, self._embed, "texts"), items, strict=True))
        vectors: dict[str, Tensor] = {}
        for text, own in zip(texts, spans, strict=True):
            mine = [next(rows) for _ in own]
            if self.pool == "max":
                vectors[text] = torch.stack([row for row, _ in mine]).amax(0)
            elif self.pool == "cls":
                vectors[text] = mine[0][0]
            else:
                vectors[text] = loading.weighted([row for row, _ in mine], [len(i["input_ids"]) for _, i in mine])
        mt, src, ref = (torch.stack([vectors[t] for t in side]) for side in zip(*((p.candidate, p.source or "", p.reference or "") for p in passages), strict=True))
        beside_source = (mt * src, (mt - src).abs())
        joint = torch.cat((mt, src, *beside_source) if self.referenceless else (mt, ref, mt * ref, (mt - ref).abs(), *beside_source), 1)
        with torch.inference_mode():
            scores = self.estimator(joint.to(self.model.device))[:, 0].float().cpu()
        return [float(s) for s in scores]

    def _joint(self, passages: Sequence[Passage]) -> list[float]:
        """UniTE's way: the candidate with the source, with the reference, and with both; the mean of what there is."""

        def inputs(passage: Passage) -> list[Encoded]:
            given = {"src": passage.source, "ref": passage.reference}
            others = [given[s] for s in self.segments if s != "mt" and given[s] is not None]
            chosen = [others] if len(others) < 2 else [[others[0]], [others[1]], others]
            return [self._concatenated([passage.candidate, *(o for o in own if o is not None)]) for own in chosen]

        helper = _Concatenated(self.model, inputs, lambda **batch: self.estimator(self._embed(**batch))[:, 0])
        return helper.raw(passages)

    def _concatenated(self, texts: Sequence[str]) -> Encoded:
        """<s> a </s></s> b </s> …"""
        parts = [i["input_ids"] for i in self.model.encode(texts)]
        ids = list(parts[0])
        for part in parts[1:]:
            ids += [self.model.tokenizer.sep_token_id, *part[1:]]
        return {"input_ids": ids, "attention_mask": [1] * len(ids)}

    def _embed(self, **batch: Tensor) -> Tensor:
        import torch

        batch.pop("token_type_ids", None)
        layers = self.model.model(**batch, output_hidden_states=True).hidden_states
        mask = batch["attention_mask"].unsqueeze(-1).float()
        if self.layer == "mix":
            if self.layer_norm:
                layers = [_normed(layer, mask) for layer in layers]
            hidden = self.gamma * torch.stack([w * layer for w, layer in zip(self.mix, layers, strict=True)]).sum(0)
        else:
            hidden = layers[int(self.layer)]
        if self.pool == "cls":
            return hidden[:, 0]
        if self.pool == "max":
            return hidden.masked_fill(mask == 0, -torch.inf).amax(1)
        return (hidden * mask).sum(1) / mask.sum(1)


class _Concatenated(_Joint):
    def __init__(self, model: Model, inputs: Any, forward: Any) -> None:
        self.model, self._inputs, self._forward = model, inputs, forward

    def encoded(self, passages: Sequence[Passage]) -> list[list[Encoded]]:
        return [self._inputs(p) for p in passages]

    def forward(self, **batch: Tensor) -> Tensor:
        return self._forward(**batch)


def _normed(layer: Tensor, mask: Tensor) -> Tensor:
    """One mean and variance for all values of a text, as COMET's layer mix takes them."""
    size = mask.sum((1, 2), keepdim=True) * layer.shape[-1]
    mean = (layer * mask).sum((1, 2), keepdim=True) / size
    variance = (((layer - mean) * mask) ** 2).sum((1, 2), keepdim=True) / size
    return (layer - mean) / (variance + 1e-12).sqrt()


def sparsemax(scores: Tensor) -> Tensor:
    """Euclidean projection onto the simplex (Martins and Astudillo 2016)."""
    import torch

    ordered = scores.sort(descending=True).values
    sums = ordered.cumsum(0) - 1
    support = ordered * torch.arange(1, len(scores) + 1) > sums
    size = int(support.sum())
    return (scores - sums[size - 1] / size).clamp(min=0)


def estimator(weights: Mapping[str, Tensor], hparams: Mapping[str, Any], name: str) -> Any:
    """COMET's feed-forward head: linear layers with an activation between them. Raises ModelError where weights do not fit."""
    from torch import nn

    numbers = sorted({int(m.group(1)) for k in weights if (m := re.fullmatch(r"estimator\.ff\.(\d+)\.weight", k))})
    if not numbers:
        raise ModelError(f"model {name}: holds no estimator (estimator.ff.*)")
    layers: list[Any] = []
    for n in numbers:
        weight, bias = weights[f"estimator.ff.{n}.weight"].float(), weights[f"estimator.ff.{n}.bias"].float()
        linear = nn.Linear(weight.shape[1], weight.shape[0])
        linear.load_state_dict({"weight": weight, "bias": bias})
        layers += [linear, _activation(hparams.get("activations", "Tanh"), name)]
    layers.pop()
    if hparams.get("final_activation"):
        layers.append(_activation(hparams["final_activation"], name))
    return nn.Sequential(*layers)


_ACTIVATIONS = ("Tanh", "Sigmoid", "ReLU", "GELU", "LeakyReLU", "ELU", "SiLU", "Identity")


def _activation(wanted: str, name: str) -> Any:
    from torch import nn

    if wanted not in _ACTIVATIONS:
        raise ModelError(f"model {name}: unknown activation {wanted!r} in hparams")
    return getattr(nn, wanted)()


_CLASSES = ("regression_metric", "referenceless_regression_metric", "unified_metric")
_PLAIN = ("class_identifier", "pretrained_model", "layer", "sent_layer", "pool", "layer_norm", "layer_transformation", "activations", "final_activation", "input_segments", "hidden_sizes")


def convert_comet(folder: str | Path, out: str | Path, encoder: str | Path, settings: NeuralSettings | None = None) -> Path:
    """A published COMET folder (hparams.yaml, checkpoints/model.ckpt) as a folder of safetensors, config and tokenizer.

    encoder: folder or hub name of the encoder that hparams name (`pretrained_model`): its configuration and tokenizer
    are taken, not its weights. The checkpoint is read with weights_only, which runs no code in it. Raises ModelError.
    """
    import json

    loading.require()
    import torch
    from safetensors.torch import save_file
    from transformers import AutoConfig, AutoTokenizer

    settings = settings or NeuralSettings()
    folder, out = Path(folder), Path(out)
    checkpoints = sorted([*folder.glob("checkpoints/*.ckpt"), *folder.glob("*.ckpt")])
    if not (folder / "hparams.yaml").is_file() or not checkpoints:
        raise ModelError(f"{folder}: a COMET folder holds hparams.yaml and checkpoints/model.ckpt")
    hparams = {k: v for k, v in read_hparams((folder / "hparams.yaml").read_text("utf-8")).items() if k in _PLAIN}
    if hparams.get("class_identifier") not in _CLASSES:
        raise ModelError(f"{folder}: {hparams.get('class_identifier')!r} is not among {', '.join(_CLASSES)}")
    try:
        state = torch.load(checkpoints[0], map_location="cpu", weights_only=True)
    except Exception as error:
        raise ModelError(f"{checkpoints[0]}: cannot be read without running code in it: {error}") from None
    # COMET itself builds the model from what the checkpoint says; hparams.yaml tells it the class alone
    hparams |= {k: v for k, v in (state.get("hyper_parameters") or {}).items() if k in _PLAIN and k != "class_identifier"}
    state = state.get("state_dict", state)
    kept = {k: v.contiguous().clone() for k, v in state.items() if k.startswith(("encoder.model.", "layerwise_attention.", "estimator.")) and "position_ids" not in k and "dropout" not in k}
    _fitting(estimator(kept, hparams, str(folder)), kept, hparams, folder)
    place = loading.locate(str(encoder), download=settings.download)
    out.mkdir(parents=True, exist_ok=True)
    AutoConfig.from_pretrained(place, local_files_only=True, trust_remote_code=False).save_pretrained(out)
    AutoTokenizer.from_pretrained(place, local_files_only=True, trust_remote_code=False).save_pretrained(out)
    save_file(kept, out / "model.safetensors")
    (out / "tqcheck.json").write_text(json.dumps({"kind": "comet", "hparams": hparams}, indent=1), "utf-8")
    for name in ("README.md", "LICENSE"):
        if (folder / name).is_file():
            (out / name).write_bytes((folder / name).read_bytes())
    return out


def _fitting(head: Any, weights: Mapping[str, Tensor], hparams: Mapping[str, Any], folder: Path) -> None:
    """Raises ModelError where the estimator does not read as many figures as its kind of metric gives it."""
    width = next((v.shape[-1] for k, v in weights.items() if k.endswith("embeddings.word_embeddings.weight")), None)
    times = {"regression_metric": 6, "referenceless_regression_metric": 4, "unified_metric": 1}[hparams["class_identifier"]]
    if width is not None and head[0].in_features != times * width:
        raise ModelError(f"{folder}: its estimator reads {head[0].in_features} figures, a {hparams['class_identifier']} over this encoder gives it {times * width}")


def read_hparams(text: str) -> dict[str, Any]:
    """The flat YAML that Lightning writes: scalars, and lists of scalars under a key. Tags and nesting are passed over."""
    found: dict[str, Any] = {}
    key = ""
    for line in text.splitlines():
        if m := re.match(r"([\w-]+):\s*(.*)$", line):
            key, value = m.groups()
            found[key] = _scalar(value) if value else []
        elif (m := re.match(r"\s*- (.*)$", line)) and isinstance(found.get(key), list):
            found[key].append(_scalar(m.group(1)))
    return found


def _scalar(text: str) -> Any:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return [_scalar(part) for part in text[1:-1].split(",") if part.strip()]
    if text in ("null", "~", ""):
        return None
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text.strip("'\"")
