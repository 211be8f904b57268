"""Through the source language and back with a pair of translation models: what has been translated before changes little."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tqcheck.config import NeuralSettings
from tqcheck.neural import loading
from tqcheck.neural.loading import Encoded, Model, ModelError, chunks, windows

BEAMS = 4
_LONGER = 2.0
"""A translation has at most so many times the tokens of its original, and some more."""
# FLORES-200 codes that NLLB takes (https://github.com/facebookresearch/flores/blob/main/flores200/README.md)
_NLLB = {
    "ar": "arb_Arab", "be": "bel_Cyrl", "bg": "bul_Cyrl", "cs": "ces_Latn", "da": "dan_Latn", "de": "deu_Latn", "el": "ell_Grek",
    "en": "eng_Latn", "es": "spa_Latn", "et": "est_Latn", "fi": "fin_Latn", "fr": "fra_Latn", "he": "heb_Hebr", "hi": "hin_Deva",
    "hr": "hrv_Latn", "hu": "hun_Latn", "it": "ita_Latn", "ja": "jpn_Jpan", "ko": "kor_Hang", "lt": "lit_Latn", "lv": "lvs_Latn",
    "nl": "nld_Latn", "no": "nob_Latn", "pl": "pol_Latn", "pt": "por_Latn", "ro": "ron_Latn", "ru": "rus_Cyrl", "sk": "slk_Latn",
    "sl": "slv_Latn", "sr": "srp_Cyrl", "sv": "swe_Latn", "tr": "tur_Latn", "uk": "ukr_Cyrl", "zh": "zho_Hans",
}  # fmt: skip


class Translator:
    """One direction, such as "en-ru". Marian-like models know one direction; NLLB is told both languages."""

    def __init__(self, direction: str, settings: NeuralSettings, loaded: Model | None = None) -> None:
        """loaded: a model of several directions that is there already."""
        if direction not in settings.roundtrip:
            raise ModelError(f"no model for {direction} in [tool.tqcheck.neural.roundtrip]")
        self.model: Model = loaded or loading.load(settings.roundtrip[direction], settings, "AutoModelForSeq2SeqLM")
        self.source, _, self.target = direction.partition("-")
        self.many = hasattr(self.model.tokenizer, "src_lang")
        self.prefix = self._prefix()
        if self.many and not all(self._known(lang) for lang in (self.source, self.target)):
            raise ModelError(f"model {self.model.card.name}: no language code known for {direction}")

    def _prefix(self) -> str:
        """What tells a Marian model of several target languages which is wanted, such as ">>ukr<< "; "" for those of one."""
        codes = [str(c) for c in getattr(self.model.tokenizer, "supported_language_codes", None) or ()]
        if self.many or not codes:
            return ""
        long = {"zh": "cmn_Hans", "no": "nob"}.get(self.target, _NLLB.get(self.target, "")[:3])
        code = next((c for wanted in (long, long[:3], self.target) for c in codes if wanted and c.strip("<>") == wanted), None)
        if code is None:
            raise ModelError(f"model {self.model.card.name}: translates into {', '.join(c.strip('<>') for c in codes[:8])}, not {self.target}")
        return f"{code} "

    def _known(self, lang: str) -> bool:
        """Whether the model has NLLB's code of a language; mBART and M2M100 have others."""
        tokenizer = self.model.tokenizer
        return lang in _NLLB and tokenizer.convert_tokens_to_ids(_NLLB[lang]) not in (None, tokenizer.unk_token_id)

    def translate(self, texts: Sequence[str]) -> list[str]:
        """Each text, long ones window by window, by beam search without sampling: the same text gives the same answer."""
        with self.model.lock:  # the tokenizer may serve the other direction too
            if self.many:
                self.model.tokenizer.src_lang = _NLLB[self.source]
            return self._translate(texts)

    def _translate(self, texts: Sequence[str]) -> list[str]:
        spans = [windows(t, lambda piece: self.model.length(self.prefix + piece), self.model.limit) for t in texts]
        pieces = [self.prefix + t[a:b].strip() for t, own in zip(texts, spans, strict=True) for a, b in own]
        said = iter(self._all(pieces))
        return [" ".join(filter(None, (next(said) for _ in own))) for own in spans]

    def _all(self, pieces: Sequence[str]) -> list[str]:
        items = self.model.encode(pieces)
        order = sorted(range(len(items)), key=lambda n: len(items[n]["input_ids"]))
        found = [""] * len(items)
        for chosen in chunks(order, 16 if self.model.pad is not None else 1):
            for n, text in zip(chosen, self._batch([items[n] for n in chosen]), strict=True):
                found[n] = text
        return found

    def _batch(self, items: Sequence[Encoded]) -> list[str]:
        import torch

        longest = max(len(i["input_ids"]) for i in items)
        options: dict[str, Any] = {"num_beams": BEAMS, "do_sample": False, "max_new_tokens": min(self.model.limit - 2, int(_LONGER * longest) + 10)}
        if self.many:
            options["forced_bos_token_id"] = self.model.tokenizer.convert_tokens_to_ids(_NLLB[self.target])
        with self.model.lock, torch.inference_mode(), loading.quiet():
            try:
                answer = self.model.model.generate(**self.model.batch(items), **options)
            except (RuntimeError, MemoryError) as error:
                if not loading.out_of_memory(error):
                    raise
                if len(items) == 1:
                    raise ModelError(f"{self.model.card.name}: out of memory with one passage of {longest} tokens") from None
                half = len(items) // 2
                return self._batch(items[:half]) + self._batch(items[half:])
            return [str(t) for t in self.model.tokenizer.batch_decode(answer, skip_special_tokens=True)]


class RoundTrip:
    """Out of a language and back into it."""

    def __init__(self, lang: str, through: str, settings: NeuralSettings) -> None:
        self.out = Translator(f"{lang}-{through}", settings)
        same = settings.roundtrip.get(f"{through}-{lang}") == settings.roundtrip[f"{lang}-{through}"]
        self.back = Translator(f"{through}-{lang}", settings, self.out.model if same and self.out.many else None)
        self.through = through

    def likeness(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """For each text what came back, and its chrF2 (0–100) with the text."""
        from sacrebleu.metrics.chrf import CHRF

        metric = CHRF()
        returned = self.back.translate(self.out.translate(texts))
        return [(back, float(metric.sentence_score(back, [text]).score)) for text, back in zip(texts, returned, strict=True)]
