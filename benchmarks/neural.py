"""Measures what the neural adapters add to the bare model, and makes a small random encoder to train where no model is at hand.

    python benchmarks/neural.py overhead [--windows 400]
    python benchmarks/neural.py encoder DATA.jsonl FOLDER [--vocabulary 8000 --width 128 --layers 2]
    python benchmarks/neural.py years --data DIR --base FOLDER --out FOLDER

The last fine-tunes an encoder on news of one year and reads the other's, both ways, beside the linear detector on the same documents.
"""
from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from tqcheck.config import NeuralSettings
from tqcheck.neural.detector import Detector

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def encoder(texts: Any, folder: Path, vocabulary: int = 8000, width: int = 128, layers: int = 2, limit: int = 256, **options: Any) -> Path:
    """A random XLM-R-shaped model with a byte-level BPE learnt from the texts."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=list(SPECIAL), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=limit, cls_token="<s>", sep_token="</s>", bos_token="<s>", eos_token="</s>",
        pad_token="<pad>", unk_token="<unk>", mask_token="<mask>", model_input_names=["input_ids", "attention_mask"],
    ).save_pretrained(folder)  # fmt: skip
    torch.manual_seed(0)
    config = transformers.XLMRobertaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=width, num_hidden_layers=layers, num_attention_heads=max(1, width // 32),
        intermediate_size=4 * width, max_position_embeddings=limit + 2, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1, **options,
    )  # fmt: skip
    kind = transformers.XLMRobertaForSequenceClassification if options else transformers.XLMRobertaModel
    kind(config).save_pretrained(folder)
    return folder


def overhead(windows: int, rounds: int = 7) -> None:
    """Tokens in, figures out: the adapter against the bare model on the same padded batches."""
    chance = random.Random(0)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(4000)]
    article = lambda n: " ".join(chance.choices(words, k=n))  # noqa: E731
    texts = [article(chance.randint(60, 900)) + "." for _ in range(max(1, windows // 3))]
    with tempfile.TemporaryDirectory() as place:
        names = {0: "human", 1: "machine", 2: "original"}
        folder = encoder(texts, Path(place), width=256, layers=4, num_labels=3, id2label=names)
        adapter = Detector(str(folder), NeuralSettings(device="cpu"))
        model = adapter.model
        spans = [model.windows(t) for t in texts]
        items = model.encode([t[a:b] for t, own in zip(texts, spans, strict=True) for a, b in own])[:windows]
        total = sum(map(len, spans))
        order = sorted(range(len(items)), key=lambda n: len(items[n]["input_ids"]))
        batches, at = [], 0
        while at < len(order):
            chosen = model._next(order, at, items)
            batches.append(model.batch([items[n] for n in chosen]))
            at += len(chosen)

        def bare() -> None:
            with torch.inference_mode():
                for batch in batches:
                    model.model(**batch)

        def around() -> None:
            model.run(items, lambda **batch: torch.zeros(len(batch["input_ids"]), 3))

        def divided() -> None:
            for t in texts:
                model.windows(t)

        bare(), around(), divided()
        taken: dict[str, list[float]] = {}
        for _ in range(rounds):
            for name, work in (("bare", bare), ("around", around), ("divided", divided)):
                began = time.process_time()  # others may be using the machine
                work()
                taken.setdefault(name, []).append(1000 * (time.process_time() - began) / (total if name == "divided" else len(items)))
        b, a, d = (statistics.median(taken[k]) for k in ("bare", "around", "divided"))
        print(f"{len(items)} windows of up to {model.limit} tokens, CPU time a window, median of {rounds}:")
        print(f"    the model (4 layers of 256) {b:.2f} ms; batches and checks around it {a:.3f} ms ({100 * a / b:.1f} %); dividing articles into them {d:.2f} ms ({100 * d / b:.1f} %)")


def years(data: Path, base: Path, out: Path, seed: int = 1) -> None:
    """WMT news into English of 2021 and 2022, 100 words and more: AUC of the year left out, linear, neural, both weighed by the other year."""
    import collections
    import gzip

    import numpy as np

    from tqcheck.neural import detector, training
    from tqcheck.provenance import fitting

    chance = random.Random(seed)
    pool: dict[tuple[str, str], list[fitting.Row]] = collections.defaultdict(list)
    with gzip.open(data / "detect" / "en.jsonl.gz", "rt", encoding="utf-8") as lines:
        for r in map(json.loads, lines):
            year = "2021" if r["year"] in (2019, 2021) else str(r["year"])
            if not r.get("suspect_postedit") and len(r["text"].split()) >= 100 and (r["label"] == "original" or r["domain"] == "news"):
                pool[year, r["label"]].append(fitting.Row(r["text"], r["label"], r["src_lang"], r["doc_id"], year, r["domain"], system=r["system"]))
    rows = [r for key, own in sorted(pool.items()) for r in chance.sample(own, min(len(own), {"machine": 180, "human": 150}.get(key[1], 120)))]
    folds = {y: [n for n, r in enumerate(rows) if r.year == y] for y in ("2021", "2022")}
    table = fitting.tabulate(rows, "en", fitting.kept_words(rows, "en"), fitting.name_words(rows, "en"))
    found = []
    for name, own in folds.items():
        articles = {rows[n].article for n in own}
        rest = np.array([n for n, r in enumerate(rows) if r.year != name and r.article not in articles])
        found.append(fitting.margins(table, np.array(own), fitting.fit_heads(table, rest, ()), fitting.fit_habits(table, rest), name))
    left = fitting.judged(table, found)
    readings = training.left_out(rows, folds, str(base), out, training.Options(rounds=2, rate=1e-4), NeuralSettings(device="cpu"), print)
    at = {name: iter(own) for name, own in readings.items()}
    ordered = [next(at[str(name)]) for name in left.held.tolist()]
    label = np.array([rows[n].label for n in left.index.tolist()])
    both = np.zeros_like(left.lp)
    for name in folds:
        own, rest = left.held == name, np.flatnonzero(left.held != name).tolist()
        stack = detector.fit_stack(left.lp[rest], [ordered[n] for n in rest], label[rest].tolist())
        first = [dict(zip(detector.CLASSES, np.exp(lp).tolist(), strict=True)) for lp in left.lp[own]]
        both[own] = np.log([[p[c] for c in detector.CLASSES] for p in stack.probabilities(first, [r for r, o in zip(ordered, own, strict=True) if o])])
    for side, lp in (("linear", left.lp), ("neural", training.log_probabilities(ordered)), ("both", both)):
        for name in folds:
            m, h, o = (np.exp(lp[(left.held == name) & (label == c), 0]) for c in detector.CLASSES)
            print(f"{side}, left out {name}: machine/human {fitting.auc(m, h):.3f}, machine/original {fitting.auc(m, o):.3f}   ({len(m)}/{len(h)}/{len(o)} documents)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("overhead")
    one.add_argument("--windows", type=int, default=400)
    two = commands.add_parser("encoder")
    two.add_argument("data", type=Path)
    two.add_argument("folder", type=Path)
    for name, value in (("vocabulary", 8000), ("width", 128), ("layers", 2)):
        two.add_argument(f"--{name}", type=int, default=value)
    three = commands.add_parser("years")
    for name in ("data", "base", "out"):
        three.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    if given.command == "years":
        torch.set_num_threads(1)
        years(given.data, given.base, given.out)
    elif given.command == "overhead":
        overhead(given.windows)
    else:
        lines = [json.loads(line)["text"] for line in given.data.read_text("utf-8").splitlines() if line.strip()]
        encoder(lines, given.folder, given.vocabulary, given.width, given.layers)
