"""Checkpoints in the very layout in which COMET, MetricX, Marian and NLLB are published: pickles, sentencepiece alone, the authors' names and numbers."""
from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
import tiny_models as tiny
import torch
import transformers as t
from click.testing import CliRunner

from tqcheck.cli import main
from tqcheck.config import ModelSettings, NeuralSettings
from tqcheck.neural import metric, roundtrip
from tqcheck.neural.loading import ModelError

CPU = NeuralSettings(device="cpu")
TOLERANCE = {"rel": 1e-5, "abs": 1e-5}
ONE = metric.Passage("abc de fghij", "cab ed", "abc ed fgh")
TWO = metric.Passage("jihg fe dcba abc", "ghi abc", "jihg ef dcba abc")


def spm(path: Path, **options: Any) -> None:
    """A sentencepiece model over made-up words."""
    import sentencepiece

    chance = random.Random(0)
    words = [" ".join("".join(chance.choices("abcdefghij:ursonti", k=chance.randint(2, 7))) for _ in range(12)) for _ in range(200)]
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(words), model_writer=out, vocab_size=90, hard_vocab_limit=False, minloglevel=2, **options)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue())


def dump(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


# -- MetricX: config.json, pytorch_model.bin; the tokenizer is mT5's, spiece.model alone ------------------------------------


@pytest.fixture(scope="module")
def metricx(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Any]:
    root = tmp_path_factory.mktemp("metricx")
    tokenizer = root / "mt5-large"
    spm(tokenizer / "spiece.model", pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    dump(tokenizer / "config.json", {"architectures": ["MT5ForConditionalGeneration"], "model_type": "mt5", "tokenizer_class": "T5Tokenizer"})
    dump(tokenizer / "tokenizer_config.json", {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "extra_ids": 0, "additional_special_tokens": None})
    dump(tokenizer / "special_tokens_map.json", {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"})
    folder = tiny.metricx(root / "safe")
    model = t.AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    head = metric._tensor(folder / "model.safetensors", "lm_head.weight")
    published = root / "metricx-24-hybrid-large-v2p6"
    config = {**json.loads((folder / "config.json").read_text()), "architectures": ["MT5ForRegression"], "tie_word_embeddings": False, "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
    dump(published / "config.json", config)
    state = {**model.state_dict(), "lm_head.weight": head}
    torch.save(state, published / "pytorch_model.bin")
    return published, tokenizer, (model, head)


@torch.inference_mode()
@pytest.mark.parametrize(("name", "passage", "text"), [
    ("metricx-24-hybrid-large-v2p6", ONE, "source: cab ed candidate: abc de fghij reference: abc ed fgh"),
    ("metricx-24-hybrid-large-v2p6", metric.Passage("abc de", "cab"), "source: cab candidate: abc de"),
    ("metricx-23-large-v2p0", ONE, "candidate: abc de fghij reference: abc ed fgh"),
    ("metricx-23-qe-large-v2p0", ONE, "candidate: abc de fghij source: cab ed"),
])  # fmt: skip
def test_metricx_as_it_is_published(metricx: Any, tmp_path: Path, name: str, passage: metric.Passage, text: str) -> None:
    """The figure is worked out from the parts of the model as its authors do: the head of its own, which is not that of the embeddings."""
    import sentencepiece

    published, tokenizer, (model, head) = metricx
    (tmp_path / name).symlink_to(published)
    wanted = ModelSettings(model=str(tmp_path / name), tokenizer=str(tokenizer), pickle=True)
    adapter = metric.load(ModelSettings(**{**{f: getattr(wanted, f) for f in wanted.__struct_fields__}, "kind": "metricx-23" if "-23-" in name else "auto", "inputs": ("candidate", "source") if "-qe-" in name else ()}), CPU)
    ids = torch.tensor([sentencepiece.SentencePieceProcessor(model_file=str(tokenizer / "spiece.model")).encode(text)])  # no end token
    state = model.decoder(input_ids=torch.zeros(1, 1, dtype=torch.long), encoder_hidden_states=model.encoder(input_ids=ids).last_hidden_state).last_hidden_state
    expected = float((state[0, 0] @ head[250089]).clamp(0, 25))
    assert 0 < expected < 25
    assert adapter.raw([passage]) == pytest.approx([expected], **TOLERANCE)


def test_metricx_23_reads_what_its_name_says(metricx: Any, tmp_path: Path) -> None:
    published, tokenizer, _ = metricx
    for name, missing in (("metricx-23-qe-xl-v2p0", "source"), ("metricx-23-xl-v2p0", "reference")):
        copy = tmp_path / name
        copy.mkdir()
        for file in published.iterdir():
            (copy / file.name).symlink_to(file)
        adapter = metric.load(ModelSettings(model=str(copy), tokenizer=str(tokenizer), pickle=True), CPU)
        assert adapter.kind == "metricx-23"
        assert adapter.needs(metric.Passage("abc")) == missing
    with pytest.raises(ModelError, match="pickled weights"):
        metric.load(str(published), CPU)


# -- COMET: hparams.yaml, checkpoints/model.ckpt of Lightning; the encoder's folder has sentencepiece alone ---------------------

HPARAMS = """activations: Tanh
batch_size: 4
class_identifier: {kind}
dropout: 0.1
encoder_learning_rate: 1.0e-06
encoder_model: XLM-RoBERTa
final_activation: null
hidden_sizes:
- 12
- 6
{more}keep_embeddings_frozen: true
layer: mix
layer_norm: false
layer_transformation: {mix}
layerwise_decay: 0.95
learning_rate: 1.5e-05
loss: mse
nr_frozen_epochs: 0.3
optimizer: AdamW
pool: avg
pretrained_model: {encoder}
train_data:
- data/1720-da.csv
validation_data:
- data/wmt-ende-newstest2021.csv
"""
KINDS = {
    "wmt22-comet-da": ("regression_metric", 6, "sparsemax", "xlm-roberta-large", ""),
    "wmt20-comet-qe-da": ("referenceless_regression_metric", 4, "softmax", "xlm-roberta-large", ""),
    "wmt22-cometkiwi-da": ("unified_metric", 1, "sparsemax_patch", "microsoft/infoxlm-large", "input_segments:\n- mt\n- src\nsent_layer: mix\nword_layer: 24\nword_level_training: false\n"),
}  # fmt: skip


@pytest.fixture(scope="module")
def comets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict[str, Any], Any]]:
    root = tmp_path_factory.mktemp("comet")
    encoder = root / "encoder"
    spm(encoder / "sentencepiece.bpe.model", unk_id=0, bos_id=1, eos_id=2, pad_id=-1)
    config = t.XLMRobertaConfig(vocab_size=120, max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0, eos_token_id=2, **tiny.WIDE)
    dump(encoder / "config.json", {**config.to_dict(), "architectures": ["XLMRobertaForMaskedLM"], "model_type": "xlm-roberta"})
    made = {}
    for n, (name, (kind, times, mix, pretrained, more)) in enumerate(KINDS.items()):
        torch.manual_seed(n)
        model = t.XLMRobertaModel(config, add_pooling_layer=False).eval()
        state = {f"encoder.model.{k}": v for k, v in model.state_dict().items()}
        state["encoder.model.embeddings.position_ids"] = torch.arange(514)[None]
        state |= {f"layerwise_attention.scalar_parameters.{k}": torch.randn(1) for k in range(3)}
        state |= {"layerwise_attention.gamma": torch.tensor([1.2]), "layerwise_attention.dropout_mask": torch.zeros(3), "layerwise_attention.dropout_fill": torch.full((3,), -1e20)}
        sizes = [16 * times, 12, 6, 1]
        for k in range(3):
            state[f"estimator.ff.{3 * k}.weight"] = torch.randn(sizes[k + 1], sizes[k]) / sizes[k] ** 0.5
            state[f"estimator.ff.{3 * k}.bias"] = torch.randn(sizes[k + 1]) / 10
        told = HPARAMS.format(kind=kind, mix=mix, encoder=pretrained, more=more)
        folder = root / name
        (folder / "checkpoints").mkdir(parents=True)
        (folder / "hparams.yaml").write_text(told)
        (folder / "README.md").write_text("---\nlicense: cc-by-nc-sa-4.0\n---\n" if "kiwi" in name else "---\nlicense: apache-2.0\n---\n")
        lightning = {
            "epoch": 4, "global_step": 30_000, "pytorch-lightning_version": "1.8.2", "state_dict": state, "loops": None, "callbacks": {"EarlyStopping{'monitor': 'val_kendall'}": {"wait_count": 0, "best_score": torch.tensor(0.4)}},
            "optimizer_states": [], "lr_schedulers": [], "hparams_name": "kwargs", "hyper_parameters": {k: v for k, v in metric.read_hparams(told).items() if k != "class_identifier"},
        }  # fmt: skip
        torch.save(lightning, folder / "checkpoints" / "model.ckpt")
        out = root / "converted" / name
        run = CliRunner().invoke(main, ["train", "convert-comet", str(folder), "--encoder", str(encoder), "--out", str(out)])
        assert run.exit_code == 0, run.output
        made[name] = (out, state, model)
    return made


@torch.inference_mode()
@pytest.mark.parametrize("name", KINDS)
def test_comet_as_it_is_published(comets: Any, name: str) -> None:
    import sentencepiece

    out, state, model = comets[name]
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(out.parent.parent / "encoder" / "sentencepiece.bpe.model"))
    scalars = torch.cat([state[f"layerwise_attention.scalar_parameters.{k}"] for k in range(3)])
    mix = metric.sparsemax(scalars) if name == "wmt22-comet-da" else scalars.softmax(0)

    def ids(text: str) -> list[int]:
        return [0, *(n + 1 if n else 3 for n in pieces.encode(text)), 2]

    def hidden(tokens: list[int]) -> Any:
        layers = model(input_ids=torch.tensor([tokens]), output_hidden_states=True).hidden_states
        return 1.2 * sum(w * layer[0] for w, layer in zip(mix, layers, strict=True))

    adapter = metric.load(str(out), CPU)
    for passage, figure in zip((ONE, TWO), adapter.raw([ONE, TWO]), strict=True):
        mt, src, ref = (hidden(ids(x)).mean(0) for x in (passage.candidate, passage.source, passage.reference))
        if name == "wmt22-comet-da":
            x = torch.cat((mt, ref, mt * ref, (mt - ref).abs(), mt * src, (mt - src).abs()))
        elif name == "wmt20-comet-qe-da":
            x = torch.cat((mt, src, mt * src, (mt - src).abs()))
        else:
            x = hidden([*ids(passage.candidate), 2, *ids(passage.source)[1:]])[0]
        for k in (0, 3, 6):
            x = x @ state[f"estimator.ff.{k}.weight"].T + state[f"estimator.ff.{k}.bias"]
            x = x.tanh() if k < 6 else x
        assert figure == pytest.approx(float(x), **TOLERANCE)
    needs = {"wmt22-comet-da": "source", "wmt20-comet-qe-da": "source", "wmt22-cometkiwi-da": "source"}
    assert adapter.needs(metric.Passage("abc", None, "abc")) == needs[name]
    assert adapter.model.card.non_commercial == ("kiwi" in name)


def test_what_is_no_known_comet_is_told(comets: Any, tmp_path: Path) -> None:
    out, *_ = comets["wmt22-comet-da"]
    published = out.parent.parent / "wmt22-comet-da"
    for find, put, says in (
        ("class_identifier: regression_metric", "class_identifier: xcomet_metric", "'xcomet_metric' is not among"),
        ("class_identifier: regression_metric", "class_identifier: unified_metric", "its estimator reads 96 figures, a unified_metric over this encoder gives it 16"),
    ):
        copy = tmp_path / put[-14:]
        copy.mkdir()
        (copy / "checkpoints").symlink_to(published / "checkpoints")
        (copy / "hparams.yaml").write_text((published / "hparams.yaml").read_text().replace(find, put))
        run = CliRunner().invoke(main, ["train", "convert-comet", str(copy), "--encoder", str(out.parent.parent / "encoder"), "--out", str(tmp_path / "o")])
        assert run.exit_code == 2
        assert says in run.stderr


# -- translation: Marian's source.spm, target.spm, vocab.json and pytorch_model.bin; NLLB's codes of languages -------------------


def marian(folder: Path, codes: tuple[str, ...] = ()) -> Path:
    import sentencepiece

    torch.manual_seed(3)
    for name in ("source.spm", "target.spm"):
        spm(folder / name)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    vocabulary = {"</s>": 0, "<unk>": 1}
    for n in range(pieces.get_piece_size()):
        vocabulary.setdefault(pieces.id_to_piece(n), len(vocabulary))
    for token in (*codes, "<pad>"):
        vocabulary[token] = len(vocabulary)
    dump(folder / "vocab.json", vocabulary)
    dump(folder / "tokenizer_config.json", {"target_lang": "ru", "source_lang": "en"})
    pad = vocabulary["<pad>"]
    config = t.MarianConfig(
        vocab_size=len(vocabulary), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32,
        max_position_embeddings=512, pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad, forced_eos_token_id=0, scale_embedding=True, static_position_embeddings=True,
    )  # fmt: skip
    dump(folder / "config.json", {**config.to_dict(), "architectures": ["MarianMTModel"], "model_type": "marian"})
    dump(folder / "generation_config.json", {"bad_words_ids": [[pad]], "decoder_start_token_id": pad, "eos_token_id": 0, "forced_eos_token_id": 0, "max_length": 512, "num_beams": 4, "pad_token_id": pad})
    torch.save(t.MarianMTModel(config).state_dict(), folder / "pytorch_model.bin")
    return folder


def test_marian_as_it_is_published(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = marian(tmp_path / "opus-mt-en-ru")
    settings = NeuralSettings(device="cpu", roundtrip={"en-ru": ModelSettings(model=str(folder), pickle=True)})
    translator = roundtrip.Translator("en-ru", settings)
    model, tokenizer = t.MarianMTModel.from_pretrained(folder, use_safetensors=False).eval(), t.MarianTokenizer.from_pretrained(folder)
    asked = tokenizer(["abc de fghij"], return_tensors="pt")
    answer = model.generate(**asked, num_beams=4, do_sample=False, max_new_tokens=2 * asked["input_ids"].shape[1] + 10)
    capfd.readouterr()
    assert translator.translate(["abc de fghij"]) == tokenizer.batch_decode(answer, skip_special_tokens=True)
    assert capfd.readouterr().err == ""
    assert translator.prefix == ""


def test_a_marian_model_of_several_languages_is_told_which(tmp_path: Path) -> None:
    folder = marian(tmp_path / "opus-mt-tc-big-en-zle", (">>rus<<", ">>ukr<<", ">>cmn_Hans<<"))
    named = ModelSettings(model=str(folder), pickle=True)
    settings = NeuralSettings(device="cpu", roundtrip={"en-uk": named, "en-zh": named, "en-de": named})
    translator = roundtrip.Translator("en-uk", settings)
    assert translator.prefix == ">>ukr<< "
    asked = translator.model.encode([f"{translator.prefix}abc"])[0]["input_ids"]
    assert asked[0] == translator.model.tokenizer.convert_tokens_to_ids(">>ukr<<")
    assert roundtrip.Translator("en-zh", settings).prefix == ">>cmn_Hans<< "
    with pytest.raises(ModelError, match="translates into rus, ukr, cmn_Hans, not de"):
        roundtrip.Translator("en-de", settings)


def test_nllb_as_it_is_published(tmp_path: Path) -> None:
    folder = tmp_path / "nllb-200-distilled-600M"
    torch.manual_seed(5)
    letters = ["▁", *"abcdefghij", *(f"▁{c}" for c in "abcdefghij")]
    vocabulary = {token: n for n, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *letters])}
    tokenizer = t.NllbTokenizer(vocab=vocabulary, merges=[], src_lang="eng_Latn")
    tokenizer.save_pretrained(folder)
    config = t.M2M100Config(
        vocab_size=len(tokenizer), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32,
        max_position_embeddings=1024, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2, scale_embedding=True,
    )  # fmt: skip
    dump(folder / "config.json", {**config.to_dict(), "architectures": ["M2M100ForConditionalGeneration"], "model_type": "m2m_100", "tokenizer_class": "NllbTokenizer"})
    dump(folder / "generation_config.json", {"decoder_start_token_id": 2, "eos_token_id": 2, "max_length": 200, "pad_token_id": 1})
    model = t.M2M100ForConditionalGeneration(config).eval()
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    named = ModelSettings(model=str(folder), pickle=True)
    settings = NeuralSettings(device="cpu", roundtrip={"en-ru": named, "ru-en": named, "en-xx": named})
    trip = roundtrip.RoundTrip("en", "ru", settings)
    assert trip.out.model is trip.back.model
    for direction, (source, target) in ((trip.out, ("eng_Latn", "rus_Cyrl")), (trip.back, ("rus_Cyrl", "eng_Latn"))):
        tokenizer.src_lang = source
        asked = tokenizer(["abc de"], return_tensors="pt")
        assert asked["input_ids"][0].tolist()[0] == tokenizer.convert_tokens_to_ids(source)
        answer = model.generate(**asked, forced_bos_token_id=tokenizer.convert_tokens_to_ids(target), num_beams=4, do_sample=False, max_new_tokens=2 * asked["input_ids"].shape[1] + 10)
        assert answer[0][1] == tokenizer.convert_tokens_to_ids(target)
        assert direction.translate(["abc de"]) == tokenizer.batch_decode(answer, skip_special_tokens=True)
    with pytest.raises(ModelError, match="no language code known for en-xx"):
        roundtrip.Translator("en-xx", settings)
