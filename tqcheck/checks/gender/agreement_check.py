"""Words of a translation out of English that have not the gender its source shows, or that of the name beside them."""
from __future__ import annotations

from collections.abc import Iterator

from tqcheck.checks.case import Case
from tqcheck.checks.gender import agreement, english, named
from tqcheck.checks.gender.pairing import pairs
from tqcheck.checks.rule import Check, Example, Rule
from tqcheck.model import Finding, Related

AGREEMENT = Rule(
    name="wrong-agreement",
    family="gender",
    summary="A verb, adjective, participle, article or role noun has the wrong gender for the person it speaks of.",
    why="A translation out of English has to choose a gender that English does not write; a machine takes the commoner one.",
    message="“{text}” speaks of a {wrong}; {known}",
    category="accuracy/mistranslation/gender",
    severity="major",
    languages=(*agreement.LANGUAGES, *agreement.SHAPED),
    bad=(
        Example("Der ⟦Schauspieler⟧ sagte, er habe den Vertrag nie gesehen.", lang="de", source="The actress said she had never seen the contract.", source_lang="en"),
        Example("Ольга Смирнова ⟦заявил⟧, что договор подписан.", lang="ru"),
        Example("Олена Шевчук ⟦сказав⟧, що договір підписано.", lang="uk"),
        Example("— Это правда, — ⟦сказал⟧ Ольга Смирнова.", lang="ru"),
        Example("Jana Nováková ⟦uvedl⟧, že smlouvu podepíše.", lang="cs"),
        Example("Ewa Nowak już ⟦podpisał⟧ umowę.", lang="pl"),
        Example("Ayer Lucía Ferrer fue ⟦elegido⟧ por el consejo.", lang="es"),
        Example("El ⟦ministro⟧ Lucía Ferrer firmó el tratado.", lang="es"),
        Example("Hier, Claire Fabre est ⟦arrivé⟧ à Lyon.", lang="fr"),
        Example("Giulia Ferri è ⟦nato⟧ a Torino.", lang="it"),
        Example("Helena Prado foi ⟦nomeado⟧ em maio.", lang="pt"),
        Example("⟦Umweltminister⟧ Katharina Vogt unterzeichnete den Vertrag.", lang="de"),
    ),
    good=(
        Example("Die Schauspielerin sagte, sie habe den Vertrag nie gesehen.", lang="de", source="The actress said she had never seen the contract.", source_lang="en"),
        Example("Ольга Смирнова заявила, что договор подписан.", lang="ru"),
        Example("Сын Александра Петрова сказал, что договор подписан.", lang="ru"),
        Example("Олена Шевчук сказала, що договір підписано.", lang="uk"),
        Example("«Я сказал Ольге, что договор подписан», — вспоминает Иван.", lang="ru"),
        Example("Александра Петрова задержал патруль.", lang="ru"),
        Example("Министр Ольга Смирнова заявила, что договор подписан.", lang="ru"),
        Example("Jana Nováka zadržel strážník.", lang="cs"),
        Example("El marido de la ministra Lucía Ferrer fue elegido.", lang="es"),
        Example("Le ministre Claire Fabre est arrivée à Lyon.", lang="fr"),
        Example("Die Sprecherin von Karl Vogt unterzeichnete den Vertrag.", lang="de"),
    ),
    sources=("Currey et al. 2022, MT-GenEval",),
)  # fmt: skip


def wrong(case: Case) -> Iterator[Finding]:
    """Translations from English against their source; other texts against the names in them."""
    lang = case.base
    source_lang = (case.source_lang or "").split("-")[0].lower()
    if case.source and source_lang == "en" and (model := agreement.model(lang)):
        for spans, source, context in pairs(case):
            shown = agreement.shown(source, context)
            if not shown.gender:
                continue
            markers = [m for span in spans for m in model.markers(case.text, span.start, span.end)]
            if not markers:
                continue
            confidence = agreement.confidence(agreement.compare(markers, shown, lang), lang, shown.before)
            if confidence < english.FLOOR:
                continue
            female = shown.gender > 0
            to_female, to_male = agreement.pairs(lang)
            partner = to_female if female else to_male
            worst = _shown_at(markers, partner, female, lang)
            right = partner.get(worst.word.lower())
            others = [m.word for m in markers if m is not worst and (m.male if female else m.female) > 0.5]
            yield AGREEMENT.found(
                case.text, worst.start, worst.end, confidence=confidence,
                suggestions=(_cased(right, worst.word),) if right else (),
                wrong="man" if female else "woman", known=f"the source speaks of a {'woman' if female else 'man'}",
                evidence=(f"also: {', '.join(others)}",) if others else (),
            )  # fmt: skip
    for site in named.sites(case):
        person = site.person
        name = case.text[person.start : person.end]
        yield AGREEMENT.found(
            case.text, site.start, site.end, confidence=site.confidence - person.doubt, suggestions=(site.right,),
            wrong="man" if person.gender > 0 else "woman", known=f"{name}: a {'woman' if person.gender > 0 else 'man'} ({person.why})",
            related=(Related("text", 0, person.start, person.end, name),),
        )  # fmt: skip


def _shown_at(markers: list[agreement.Marker], partner: dict[str, str], female: bool, lang: str) -> agreement.Marker:
    """The word to point at: the first noun, verb or adjective that is likely wrong and has a known counterpart, else such a
    pronoun or article, else the likeliest word."""
    likely = [m for m in markers if (m.male if female else m.female) > max(_LIKELY, m.female if female else m.male) and m.word.lower() in partner]
    unsure = agreement.unsure(lang) | agreement.third_person(lang)
    telling = [m for m in likely if m.word.lower() not in unsure] or likely
    return telling[0] if telling else max(markers, key=lambda m: m.male if female else m.female)


_LIKELY = -1.5
"""Log-odds from which a listed word is pointed at: below an even chance, since the sentence as a whole was judged wrong."""


def _cased(word: str, like: str) -> str:
    return word[0].upper() + word[1:] if like[0].isupper() else word


CHECK = Check(rules=(AGREEMENT,), run=wrong)
