"""`tqcheck train detector-neural`: fine-tunes an encoder and measures it beside the linear detector, on the same documents left out."""
from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tqcheck.config import ModelName, NeuralSettings
from tqcheck.errors import InputError
from tqcheck.neural import detector, loading, training

Say = Callable[[str], None]


class Measured(msgspec.Struct, frozen=True):
    """Figures by group of documents left out: of the linear detector, the neural one, and both weighed together.

    losses: log loss over all documents left out, each class weighing the same, of the linear detector (rescaled as the
    stack is, or the stack would win by that alone), the neural one, and both. gain, error: by how much both together are
    better than the first, and the standard error of that. beside: the linear detector's signature; known: documents that
    the neural one has learnt, left out of all this.
    """

    linear: dict[str, Any]
    neural: dict[str, Any]
    stacked: dict[str, Any]
    losses: tuple[float, float, float]
    gain: float
    error: float
    beside: str
    known: int = 0

    @property
    def pays(self) -> bool:
        """Whether both together do better than the linear detector alone by more than chance gives."""
        return self.gain > 2 * self.error

    def in_words(self) -> str:
        """A table of AUCs, group by group, and what it says."""
        lines = [f"{'left out':<34} {'linear':>15} {'neural':>15} {'both':>15}   (AUC machine/human, machine/original)"]
        for name, entry in self.linear.items():
            cells = [_aucs(side.get(name, {})) for side in (self.linear, self.neural, self.stacked)]
            if any(c.strip(" –") for c in cells):
                lines.append(f"{name[:34]:<34} {cells[0]:>15} {cells[1]:>15} {cells[2]:>15}   {'/'.join(map(str, entry['documents']))} documents")
        linear, neural, both = self.losses
        lines.append(f"log loss over all: linear {linear:.4f}, neural {neural:.4f}, both {both:.4f}; gain {self.gain:.4f} ± {self.error:.4f}")
        if self.known:
            lines.append(f"{self.known} documents that the model has learnt were left out")
        lines.append("both together do better: they are weighed" if self.pays else "it does not pay: the model gives evidence, and labels stay with the linear detector")
        return "\n".join(lines)


def _aucs(entry: dict[str, Any]) -> str:
    return " ".join(f"{entry[k]:.3f}" if k in entry else "–" for k in ("auc machine/human", "auc machine/original"))


def read_rows(path: str | Path) -> list[dict[str, Any]]:
    """JSON objects of a JSON Lines file. Raises InputError that names the line."""
    records = []
    try:
        with Path(path).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        record = json.loads(line)
                    except (ValueError, RecursionError) as error:
                        raise InputError(f"{path}: line {number}: not JSON: {error}") from None
                    if not isinstance(record, dict):
                        raise InputError(f"{path}: line {number}: should be an object such as {{\"text\": \"…\"}}")
                    records.append(record)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    return records


def train(
    records: Sequence[dict[str, Any]], base: ModelName, out: str | Path, lang: str = "en", options: training.Options | None = None,
    settings: NeuralSettings | None = None, measure: bool = True, say: Say = lambda _: None,
) -> Measured | training.Trained:  # fmt: skip
    """Train a detector from records (text, label, and where known src_lang, doc_id, year) and, unless told not to, measure it.

    Measuring fits a linear detector on the same records, written to the model's folder as linear.npz, and trains the
    neural one once for every group left out; the weights by which both are stacked are fitted on those left-out
    documents, where that does better than the linear detector alone. Raises InputError, ModelError.
    """
    from tqcheck.provenance import fitting

    rows = fitting.rows_from(records)
    out = Path(out)
    trained = training.fine_tune(rows, base, out, options, settings, say)
    loading.write_card(out, {"lang": lang})
    if not measure:
        return trained
    say("the linear detector, for comparison")
    linear = fitting.fit(rows, out=out / LINEAR, lang=lang, name=f"beside {out.name}", say=say)
    left = linear.left
    folds = {str(name): left.index[left.held == name].tolist() for name in dict.fromkeys(left.held.tolist())}
    readings = training.left_out(rows, folds, base, out / "left-out", options, settings, say)
    at = {name: iter(found) for name, found in readings.items()}
    ordered = [next(at[str(name)]) for name in left.held.tolist()]
    return _weighed(linear.table, left, ordered, out, _signature(out / LINEAR))


def recalibrate(
    records: Sequence[dict[str, Any]], model: ModelName, lang: str = "en", linear: Any = None, provenance: str | Path | None = None,
    settings: NeuralSettings | None = None, say: Say = lambda _: None,
) -> Measured:  # fmt: skip
    """Weigh a neural detector against a linear one anew, on records as in `train`, and write the weights to its folder where that pays.

    linear: what `fitting.fit` found on the same records, whose left-out judgements are taken; None: the linear detector
    stays as it is (the shipped one, or `provenance`), and the records should be new to it. Documents that the neural
    detector says it has learnt are left out. Raises InputError, ModelError.
    """
    import numpy as np

    from tqcheck.provenance import fitting
    from tqcheck.provenance.fitting.leave_out import Left

    rows = fitting.rows_from(records) if linear is None else linear.table.rows
    loaded = detector.Detector(model, settings or NeuralSettings())
    learnt = frozenset(loaded.model.card.own.get("learnt") or ())
    fresh = np.array([training.mark(row.text) not in learnt for row in rows])
    if linear is None:
        table, left = _judged(rows, np.flatnonzero(fresh), lang, provenance)
    else:
        keep = fresh[linear.left.index]
        table, left = linear.table, Left(*(part[keep] for part in linear.left))
    labels = {rows[n].label for n in left.index.tolist()}
    if len(labels) < 2:
        raise InputError(f"too little to weigh with: of {len(rows)} documents {int((~fresh).sum())} were learnt by the model; two classes of others are needed")
    texts = sorted(set(left.index.tolist()))
    say(f"{loaded.model.card.name} reads {len(texts)} documents")
    readings = dict(zip(texts, loaded.read([rows[n].text for n in texts]), strict=True))
    folder = loaded.model.card.folder
    measured = _weighed(table, left, [readings[n] for n in left.index.tolist()], folder, _signature(provenance), int((~fresh).sum()))
    loading.write_card(folder, {"lang": lang})
    return measured


LINEAR = "linear.npz"
"""The linear detector that a trained one was measured beside, in its folder."""


def _signature(model: str | Path | None) -> str:
    """What a report's signature says of the linear detector."""
    from tqcheck.config import ProvenanceSettings
    from tqcheck.provenance import verdict

    return verdict.signature(ProvenanceSettings(model=str(model) if model is not None else None))


def _judged(rows: Sequence[Any], index: Any, lang: str, provenance: str | Path | None) -> tuple[Any, Any]:
    """What a linear detector that is kept as it is makes of documents; the groups to leave out are years, or shares of the articles."""
    import collections
    import zlib

    import numpy as np

    from tqcheck.lang import word_count
    from tqcheck.provenance.detector import load
    from tqcheck.provenance.fitting.judges import Table
    from tqcheck.provenance.fitting.leave_out import Left

    judges = load(provenance)
    lp = []
    for n in index.tolist():
        judged = judges.judge(rows[n].text, lang)
        if judged is None:
            raise InputError(f"there is no provenance model for {lang!r}; fit one with --out")
        lp.append([max(judged.probabilities[c], 1e-9) for c in detector.CLASSES])
    words = np.array([word_count(row.text, lang) for row in rows])
    years = collections.Counter(rows[n].year for n in index.tolist())
    if sum(count >= SMALLEST_YEAR for count in years.values()) > 1:
        held = [f"year {rows[n].year}" for n in index.tolist()]
    else:
        held = [f"articles {zlib.crc32(rows[n].article.encode()) % 4}" for n in index.tolist()]
    return Table(rows, {}, np.zeros((len(rows), 0)), words, np.zeros(len(rows), int)), Left(index, np.log(np.array(lp).reshape(-1, 3)), np.array(held), np.zeros((len(index), 0)))


SMALLEST_YEAR = 60


def _weighed(table: Any, left: Any, ordered: Sequence[detector.Reading], folder: Path, beside: str, known: int = 0) -> Measured:
    """Both detectors on documents left out, and together, each group under weights fitted on the others; the weights for all go to the folder."""
    import numpy as np

    from tqcheck.provenance.fitting.figures import figures_of
    from tqcheck.provenance.fitting.leave_out import thresholds_for

    truth = [table.rows[n].label for n in left.index.tolist()]
    stacked, rescaled = np.zeros_like(left.lp), np.zeros_like(left.lp)
    for name in dict.fromkeys(left.held.tolist()):
        own = left.held == name
        rest = np.flatnonzero(~np.isin(left.index, left.index[own]))  # one document may be left out with its year and with its language
        if len({truth[n] for n in rest}) < len(set(truth)):
            rest = np.flatnonzero(~own)
        first = [dict(zip(detector.CLASSES, np.exp(lp).tolist(), strict=True)) for lp in left.lp[own]]
        second = [r for r, o in zip(ordered, own, strict=True) if o]
        for target, alone in ((stacked, False), (rescaled, True)):
            stack = detector.fit_stack(left.lp[rest], [ordered[n] for n in rest.tolist()], [truth[n] for n in rest.tolist()], alone=alone)
            target[own] = np.log([[max(p[c], 1e-9) for c in detector.CLASSES] for p in stack.probabilities(first, second)])
    neural = training.log_probabilities(ordered)
    each = [_losses(lp, truth) for lp in (rescaled, neural, stacked)]
    gains = each[0] - each[2]

    def figures(lp: Any) -> dict[str, Any]:
        own = left._replace(lp=lp)
        return figures_of(table, own, thresholds_for(table, own), ())

    measured = Measured(
        figures(left.lp), figures(neural), figures(stacked), (float(each[0].mean()), float(each[1].mean()), float(each[2].mean())),
        float(gains.mean()), float(gains.std() / np.sqrt(len(set(left.index.tolist())))), beside, known,
    )  # fmt: skip
    weighed = {**msgspec.to_builtins(detector.fit_stack(left.lp, ordered, truth)), "beside": beside} if measured.pays else None
    loading.write_card(folder, {"stack": weighed, "losses": measured.losses})
    return measured


def _losses(lp: Any, truth: Sequence[str]) -> Any:
    """Log loss of each document, times what it weighs for each class to weigh the same."""
    import numpy as np

    label = np.array([detector.CLASSES.index(t) for t in truth])
    sizes = np.bincount(label, minlength=len(detector.CLASSES))
    share = len(label) / (np.count_nonzero(sizes) * sizes[label])
    return -np.maximum(lp[np.arange(len(label)), label], np.log(1e-6)) * share
