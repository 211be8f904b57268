"""Verbs, participles, offices and articles beside a name whose gender is known, in languages where these have a gender.

No source is asked. Only what stands next to a name that is the subject counts: nearness is the proof, and a name that may
stand in another case, or belong to something else, proves nothing. What each language does is data (`lang/LANG/named.toml`).
"""
from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from weakref import WeakKeyDictionary

import msgspec

from tqcheck.checks.case import Case
from tqcheck.checks.gender import agreement
from tqcheck.lang import table
from tqcheck.model import Span
from tqcheck.names.cultures import cultures_of
from tqcheck.names.given import fold, gender_of
from tqcheck.names.mentions import Mention
from tqcheck.names.roster import Roster

LANGUAGES = ("cs", "de", "es", "fr", "it", "pl", "pt", "ru", "uk")
SLAVIC = frozenset(["cs", "pl", "ru", "uk"])
FEMALE, MALE = 1, -1
_SPACE = "[ \u00a0]"
_WORD = r"[^\W\d_]+(?:[-’'][^\W\d_]+)*"
_BEFORE = re.compile(rf"({_WORD}){_SPACE}$")
_AFTER = re.compile(rf"{_SPACE}({_WORD})")
_NEAR = 90
"""Characters beside a name that are looked at."""
_CLOSED = frozenset(".!?…:;,—–-(\n«“„\"”»•|")


class Person(msgspec.Struct, frozen=True):
    """Somebody named. words: the name's words from the given name on; start: where they begin; lead: where offices and the
    like that stand before them with a capital begin; why: how the gender is known;
    doubt: what a finding loses of its confidence; titled: a word of courtesy stands before the name."""

    words: tuple[str, ...]
    lead: int
    start: int
    end: int
    gender: int
    why: str
    doubt: float = 0.0
    titled: bool = False


class Site(msgspec.Struct, frozen=True):
    """A word of the wrong gender, its right form, and the person it speaks of."""

    start: int
    end: int
    right: str
    confidence: float
    person: Person


class Grammar:
    """`lang/LANG/named.toml`, arranged for lookup: words of one gender → the form of the other, by the gender of the word."""

    def __init__(self, lang: str) -> None:
        data = table(lang, "named")
        self.lang = lang
        self.both: bool = data.get("both", False)
        self.endings: bool = data.get("endings", False)
        self.openers = frozenset(data.get("openers", ()))
        self.roles = _turn(data.get("roles", ""))
        self.said = _turn(data.get("said", ""))
        self.biography = _turn(data.get("biography", ""))
        self.articles = _turn(data.get("articles", ""))
        self.epicene = frozenset(data.get("epicene", ()))
        short = "|".join(filter(None, (data.get("short", ""), data.get("others", ""))))
        self.predicates = _turn(short)
        self.participles = [pair.split() for pair in data.get("participles", "").split("|") if pair]
        adverbs = "|".join(sorted(map(re.escape, data.get("adverbs", ())), key=len, reverse=True))
        self.skip = re.compile(rf"(?:{_SPACE}(?:{adverbs})(?=[ \u00a0])){{0,3}}") if adverbs else re.compile("")
        self.family: tuple[str, ...] = tuple(data.get("family", ()))
        self.be = _turn(data.get("be", ""))
        copulas = data.get("copulas") or [word for pair in data.get("be", "").split("|") for word in pair.split()]
        self.copula = re.compile(rf"{_SPACE}(?:{'|'.join(sorted(map(re.escape, copulas), key=len, reverse=True))})(?=[ \u00a0])") if copulas else None
        self.courtesy = _turn(data.get("courtesy", ""))
        self.resumed = _resumed(lang, self.said, data.get("says", ()))
        self.titles = frozenset(w.lower() for w in (*table(lang, "titles").get("titles", ()), *table(lang, "titles").get("modifiers", ())))
        self._offices = self.titles | self.roles[MALE].keys() | self.roles[FEMALE].keys() | self.epicene

    def office(self, word: str) -> bool:
        """Whether a lower-case word names an office or trade."""
        return word in self._offices or (self.endings and any(_ending(self.roles[a], self.roles[-a], word) for a in (MALE, FEMALE)))


def _turn(pairs: str) -> dict[int, dict[str, str]]:
    """{MALE: {masculine: feminine}, FEMALE: {feminine: masculine}}; a form that serves both is left out."""
    out: dict[int, dict[str, str]] = {MALE: {}, FEMALE: {}}
    for pair in pairs.split("|"):
        words = pair.split()
        if len(words) == 2 and words[0] != words[1]:
            out[MALE].setdefault(words[0], words[1])
            out[FEMALE].setdefault(words[1], words[0])
    for word in out[MALE].keys() & out[FEMALE].keys():
        del out[MALE][word], out[FEMALE][word]
    return out


def _resumed(lang: str, said: dict[int, dict[str, str]], says: Iterable[str]) -> re.Pattern[str] | None:
    """A subject pronoun with a verb of saying, in either order: groups he, she, he_after, she_after."""
    data = table(lang, "gender")
    to_female, to_male = agreement.pairs(lang)
    subjects = [w for w in data.get("subjects", ()) if w in to_female or w in to_male]
    he = "|".join(w for w in subjects if w in to_female)
    she = "|".join(sorted({to_female[w] for w in subjects if w in to_female}))
    if not he or not (says or said[MALE]):
        return None
    verbs = {g: "|".join(sorted(map(re.escape, says or said[g]), key=len, reverse=True)) for g in (MALE, FEMALE)}
    return re.compile(
        rf"(?:(?P<he>{he}) (?:{verbs[MALE]})|(?P<she>{she}) (?:{verbs[FEMALE]})|(?P<he_after>(?:{verbs[MALE]}) (?:{he}))|(?P<she_after>(?:{verbs[FEMALE]}) (?:{she})))(?![\w-])",
        re.IGNORECASE,
    )


@functools.cache
def grammar(lang: str) -> Grammar:
    return Grammar(lang)


_native: WeakKeyDictionary[Roster, dict[str, dict[str, int]]] = WeakKeyDictionary()


def _registered(roster: Roster, lang: str) -> dict[str, int]:
    """Folded full names of the register as a language writes them → gender (0 where two people differ)."""
    known = _native.setdefault(roster, {})
    if lang not in known:
        names: dict[str, int] = {}
        for entry in roster.entries:
            person = entry.person
            gender = {"female": FEMALE, "male": MALE}.get(person.gender or "", 0)
            if person.kind != "person" or not gender:
                continue
            cyrillic = lang in ("ru", "uk")
            forms = {person.native.get(lang, ""), *(n for n in (person.name, *person.aliases) if not (cyrillic and n.isascii()))}
            for name in forms:
                if " " in name:
                    key = fold(name)
                    names[key] = gender if names.get(key, gender) == gender else 0
        known[lang] = names
    return known[lang]


def people(case: Case) -> Iterator[Person]:
    """Mentions whose gender is known: from the register or people given, or from a first name that no culture gives the other
    gender; and surnames alone of such people, where nobody else of that surname, and nobody's family, is spoken of."""
    register = _registered(case.roster, case.base)
    found: list[tuple[Mention, Person | None]] = []
    known: dict[int, list[Person]] = {}
    surnames: dict[str, set[int]] = {}
    for m in case.mentions:
        person = _identified(case, m, register) if m.kind in ("person", "unknown") else None
        if person is not None:
            known.setdefault(m.entity, []).append(person)
        if len(m.tokens) > 1:
            surnames.setdefault(fold(case.text[slice(*m.tokens[-1])]), set()).add(m.entity)
        found.append((m, person))
    for m, person in found:
        same = known.get(m.entity, [])
        if len({p.gender for p in same}) != 1:
            continue
        if person is not None:
            yield person
        elif len(m.tokens) == 1 and fold(m.text) == fold(same[0].words[-1]) and len(surnames.get(fold(m.text), ())) == 1:
            around = case.text[max(0, m.start - _FAMILY) : m.end + _FAMILY].lower()
            if not any(word in around for word in grammar(case.base).family):
                yield Person((m.text,), m.start, m.start, m.end, same[0].gender, f"{' '.join(same[0].words)}, {same[0].why}", same[0].doubt)


_FOREIGN = 0.1
"""Doubt about a first name that the language's own speakers do not bear."""
_FAMILY = 250
"""Characters around a surname in which a word of kinship means that somebody else may bear it."""


_PARTICLE = re.compile(r"(?:[ \u00a0](?:von|van|de|der|den|del|della|di|da|dos|das|do|la|le|du|zu))+[ \u00a0]([^\W\d_a-z][^\W\d_]+)")


def _identified(case: Case, m: Mention, register: dict[str, int]) -> Person | None:
    text, g = case.text, grammar(case.base)
    words = [text[a:b] for a, b in m.tokens]
    starts, end = [a for a, _ in m.tokens], m.end
    if joined := _PARTICLE.match(text, m.end):
        words.append(text[m.end + 1 : joined.end()])
        end = joined.end()
    for i in range(min(3, len(words) - 1)):
        name = words[i:]
        if sum(w[0].isupper() for w in name) > 4:
            continue
        gender = register.get(fold(" ".join(name)), 0)
        why, sure = "register", 0.0
        if not gender:
            borne = gender_of(name[0], case.base)
            if borne not in ("male", "female") or gender_of(name[0]) != borne or (len(name[0]) < 4 and not _at_home(name[0], case.base)):
                continue
            gender, why = (FEMALE if borne == "female" else MALE), f"first name {name[0]}"
            sure = 0.0 if _at_home(name[0], case.base) else _FOREIGN
        if i and not m.title and not all(w.isupper() or w.lower() in g.openers or g.office(w.lower()) for w in words[:i]):
            return None
        return Person(tuple(name), starts[0] if m.title else starts[i], starts[i], end, gender, why, sure)
    return _titled(text, g, m)


def _titled(text: str, g: Grammar, m: Mention) -> Person | None:
    """Somebody of whom a word of courtesy before the name says the gender: “señora Paz”, “пані Шевчук”."""
    tokens = list(m.tokens)
    word = text[slice(*tokens[0])]
    if len(tokens) > 1 and (word.lower() in g.courtesy[MALE] or word.lower() in g.courtesy[FEMALE]):
        lead, tokens = tokens[0][0], tokens[1:]
    elif before := _BEFORE.search(text, max(0, m.start - _NEAR), m.start):
        word, lead = before.group(1), before.start(1)
    else:
        return None
    gender = MALE if word.lower() in g.courtesy[MALE] else FEMALE if word.lower() in g.courtesy[FEMALE] else 0
    if not gender or len(tokens) > 3:
        return None
    return Person(tuple(text[a:b] for a, b in tokens), lead, tokens[0][0], m.end, gender, word, _FOREIGN, titled=True)


def sites(case: Case) -> Iterator[Site]:
    """Words beside known people that have the other gender."""
    if case.base not in LANGUAGES:
        return
    g = grammar(case.base)
    text = case.text
    known = list(people(case))
    for person in known:
        if text[max(0, person.start - 1) : person.start] in _OPENING or text[person.end : person.end + 1] in _CLOSING:
            continue
        lead = text[max(0, person.lead - _NEAR) : person.lead]
        before, after = text[max(0, person.start - _NEAR) : person.start], text[person.end : person.end + _NEAR]
        if not person.titled:
            yield from _office(g, person, before)
        if g.lang in SLAVIC:
            if not person.titled and not nominative(person, g.lang):
                continue
            yield from _saying(g, person, lead if person.titled else before, person.lead if person.titled else person.start)
            if _clause_opens(g, lead):
                yield from _verb(g, person, after)
                yield from _predicate(g, person, after, bare=True)
                yield from _apposition(g, person, after)
        elif g.copula is not None and _clause_opens(g, lead):
            yield from _predicate(g, person, after, bare=False)
            yield from _apposition(g, person, after)
    if g.resumed is not None:
        yield from _carried(case, g, known)


def _carried(case: Case, g: Grammar, known: list[Person]) -> Iterator[Site]:
    """A sentence about one known person, and the next one begun, or its quotation ended, with the other pronoun and a verb of saying."""
    assert g.resumed is not None
    text = case.text
    at = 0
    spoken: Person | None = None
    block: int | None = -1
    mentions = [m for m in case.mentions if m.kind in ("person", "unknown")]
    next_person = 0
    for segment, span in case.sentences():
        while at < len(mentions) and mentions[at].start < span.start:
            at += 1
        here = at
        while here < len(mentions) and mentions[here].start < span.end:
            here += 1
        inside = mentions[at:here]
        if spoken is not None and segment.article == block and not any(len(m.tokens) > 1 for m in inside):
            for m in g.resumed.finditer(text, span.start, span.end):
                form = m.lastgroup or ""
                lead = text[span.start : m.start()].rstrip(" \u00a0")
                if (lead[-1:] in _QUOTED) if form.endswith("after") else not lead.strip("«“„\"—–- "):
                    gender = MALE if form.startswith("he") else FEMALE
                    if gender != spoken.gender:
                        yield Site(m.start(), m.end(), _other(g, m.group(), gender), 0.8, spoken)
                    break
        while next_person < len(known) and known[next_person].start < span.start:
            next_person += 1
        spoken = _subject(case, g, known[next_person] if next_person < len(known) else None, inside, span)
        block = segment.article


_QUOTED = frozenset("»”\"’,—–-")


def _subject(case: Case, g: Grammar, person: Person | None, inside: list[Mention], span: Span) -> Person | None:
    """The known person that a sentence is about, where it speaks of nobody else."""
    if person is None or person.start >= span.end or any(m.start not in range(person.lead, person.end) for m in inside if len(m.tokens) > 1):
        return None
    if not _clause_opens(g, case.text[max(0, person.lead - _NEAR) : person.lead]) or (g.lang in SLAVIC and not person.titled and not nominative(person, g.lang)):
        return None
    to_female, to_male = agreement.pairs(g.lang)
    other = to_female if person.gender == FEMALE else to_male
    own = to_male if person.gender == FEMALE else to_female
    for word in re.findall(_WORD, case.text[span.start : span.end].lower()):
        if any(word.startswith(kin) for kin in g.family) or (word in other and word not in own and word not in agreement.unsure(g.lang) and not g.office(word)):
            return None
    return person


def _other(g: Grammar, words: str, gender: int) -> str:
    """Pronoun and verb in the other gender."""
    to_female, to_male = agreement.pairs(g.lang)
    turn = to_female if gender == MALE else to_male
    out = [_cased(g.said[gender].get(w.lower()) or turn.get(w.lower()) or w, w) for w in words.split(" ")]
    return " ".join(out)


_OPENING, _CLOSING = frozenset("«“„\"‘"), frozenset("»”“\"’-")


def _clause_opens(g: Grammar, before: str) -> bool:
    """Whether a name after these characters stands where a subject does, with offices and articles before it left aside."""
    rest = before
    for _ in range(4):
        m = _BEFORE.search(rest)
        if m is None or not g.office(m.group(1).lower()):
            break
        rest = rest[: m.start()]
    else:
        return False
    if (m := _BEFORE.search(rest)) and (m.group(1).lower() in g.articles[MALE] or m.group(1).lower() in g.articles[FEMALE]):
        rest = rest[: m.start()]
    bare = rest.rstrip(" \u00a0")
    if not bare or bare[-1] in _CLOSED or bare != rest.rstrip():
        return True
    m = _BEFORE.search(rest)
    if m is None:
        return False
    return m.group(1).lower() in g.openers or (g.lang in SLAVIC and _described(g, before))


_TAIL = re.compile(rf"(?:{_WORD}{_SPACE})+$")


def _described(g: Grammar, before: str) -> bool:
    """Whether an office and what it is of stand between the beginning of the clause and the name: “президент фонда Анна …”."""
    tail = _TAIL.search(before)
    words = tail.group().split() if tail else []
    start = next((k for k in range(len(words) - 1, -1, -1) if words[k].lower() in g.openers), -1) + 1
    if start == 0 and tail and before[: tail.start()].rstrip(" \u00a0")[-1:] not in _CLOSED | {""}:
        return False
    words = words[start:]
    kind = agreement.kinds(g.lang)
    return 1 < len(words) <= 6 and g.office(words[0].lower()) and not any(kind(w.lower())[:1] in ("V", "W") or w.lower() in _NAMED_AFTER for w in words)


_NAMED_AFTER = frozenset(["имени", "имя", "фамилии", "імені", "ім'я", "jménem", "imienia", "imieniem"])


def _office(g: Grammar, person: Person, before: str) -> Iterator[Site]:
    m = _BEFORE.search(before)
    if m is None:
        return
    word = m.group(1)
    low = word.lower()
    at = person.start - len(before) + m.start(1)
    wrong = -person.gender
    role = _ending(g.roles[wrong], g.roles[person.gender], low) if g.endings else low
    right = word[: len(word) - len(role)] + g.roles[wrong][role] if role in g.roles[wrong] else None
    if right is not None and not (wrong == MALE and g.both):
        yield Site(at, at + len(word), _cased(right, word), 0.85, person)
    elif low in g.epicene and not (wrong == MALE and g.both) and (a := _BEFORE.search(before[: m.start()])):
        article = a.group(1)
        fixed = g.articles[wrong].get(article.lower())
        if fixed is not None and article.lower() not in g.articles[person.gender]:
            start = person.start - len(before) + a.start(1)
            yield Site(start, start + len(article), _cased(fixed, article), 0.8, person)


def _ending(roles: dict[str, str], others: dict[str, str], word: str) -> str:
    """The role that a word, or compound, ends in ("" where a longer one of the other gender is its end)."""
    for role in sorted(roles, key=len, reverse=True):
        if word.endswith(role):
            return "" if any(word.endswith(other) for other in others if len(other) > len(role)) else role
    return ""


def _cased(word: str, like: str) -> str:
    return word[0].upper() + word[1:] if like[0].isupper() else word


def _verb(g: Grammar, person: Person, after: str) -> Iterator[Site]:
    """A past tense right after the name."""
    m = _AFTER.match(after, g.skip.match(after).end())  # type: ignore[union-attr]
    if m is None or not m.group(1).islower():
        return
    word = m.group(1)
    if word in g.be[-person.gender]:
        yield Site(person.end + m.start(1), person.end + m.end(1), g.be[-person.gender][word], 0.9, person)
        return
    kind = agreement.kinds(g.lang)(word)
    if kind not in ("Wm", "Vm", "Wf", "Vf") or (FEMALE if kind[1] == "f" else MALE) == person.gender:
        return
    listed = kind[0] == "W"
    if not listed and not (word.endswith(_SURE[g.lang][kind[1]]) and after[m.end() : m.end() + 1] in " ,.\u00a0:"):
        return
    right = turned(word, g.lang)
    if right:
        yield Site(person.end + m.start(1), person.end + m.end(1), right, 0.9 if listed else 0.8, person)


_SURE: dict[str, dict[str, tuple[str, ...]]] = {
    "ru": {"m": ("ал", "ил", "ел", "ял", "ыл", "ул", "лся"), "f": ("ала", "ила", "ела", "яла", "ыла", "ула", "лась", "шла", "гла", "сла")},
    "uk": {"m": ("ав", "ив", "ув", "яв", "вся"), "f": ("ала", "ила", "іла", "яла", "ула", "лася", "лась", "шла", "гла")},
    "cs": {"m": ("al", "il", "el", "ěl", "yl", "ul"), "f": ("ala", "ila", "ela", "ěla", "yla", "ula")},
    "pl": {"m": ("ał", "ił", "ył", "ął", "uł"), "f": ("ała", "iła", "yła", "ęła", "uła", "szła", "gła")},
}
"""Endings that hardly anything but a past tense has beside a name."""
_TURNS: dict[str, tuple[tuple[str, str], ...]] = {
    "ru": (("шёлся", "шлась"), ("шёл", "шла"), ("шел", "шла"), ("лся", "лась"), ("л", "ла")),
    "uk": (("йшов", "йшла"), ("вся", "лася"), ("в", "ла")),
    "cs": (("šel", "šla"), ("l", "la")),
    "pl": (("szedł", "szła"), ("ął", "ęła"), ("ł", "ła")),
}


def turned(word: str, lang: str) -> str | None:
    """A past tense in the other gender, None where it does not follow from the word."""
    to_female, to_male = agreement.pairs(lang)
    listed = to_female.get(word) or to_male.get(word)
    if listed:
        return listed
    for male, female in _TURNS[lang]:
        if word.endswith(female):
            stem = word[: -len(female)]
            if len(female) < 3 and stem[-1:] not in _VOWELS:
                return stem if lang == "ru" else None
            return stem + male
        if word.endswith(male):
            return word[: -len(male)] + female
    return None


_VOWELS = frozenset("аеёиоуыэюяєіїaáeéěiíoóuúůyýąę")


def _saying(g: Grammar, person: Person, before: str, end: int) -> Iterator[Site]:
    """A verb of saying right before the name, or before the offices that stand before it: “сказал Анна Петрова”.
    end: where `before` ends in the text."""
    rest = before
    for _ in range(3):
        m = _BEFORE.search(rest)
        if m is None:
            return
        word = m.group(1)
        right = g.said[-person.gender].get(word)
        if right is not None:
            lead = rest[: m.start(1)].rstrip(" \u00a0")
            led = not lead or lead[-1] in _CLOSED or ((w := re.search(_WORD + "$", lead)) is not None and w.group().lower() in g.openers)
            if led:
                at = end - len(before) + m.start(1)
                yield Site(at, at + len(word), right, 0.9, person)
            return
        if word.lower() not in g.titles:
            return
        rest = rest[: m.start()]


def _predicate(g: Grammar, person: Person, after: str, *, bare: bool) -> Iterator[Site]:
    """A participle or adjective after the name and its copula; bare: the copula may be left out."""
    at = g.skip.match(after).end()  # type: ignore[union-attr]
    copula = g.copula.match(after, at) if g.copula else None
    if copula is None and not bare:
        return
    at = copula.end() if copula else at
    m = _AFTER.match(after, g.skip.match(after, at).end())  # type: ignore[union-attr]
    if m is None or not m.group(1).islower():
        return
    word = m.group(1)
    wrong = -person.gender
    right = g.predicates[wrong].get(word)
    if right is None and word not in g.predicates[person.gender]:
        for male, female in g.participles:
            mine, other = (female, male) if wrong == FEMALE else (male, female)
            if word.endswith(mine) and len(word) > len(mine) + 2 and not (wrong == MALE and word.endswith(female)):
                right = word[: -len(mine)] + other
                break
    if right is not None:
        yield Site(person.end + m.start(1), person.end + m.end(1), right, 0.85, person)


def _apposition(g: Grammar, person: Person, after: str) -> Iterator[Site]:
    """What a life begins with, after a comma: “Anna Meier, nacido en …”."""
    m = re.match(rf",{_SPACE}({_WORD})", after)
    if m and (right := g.biography[-person.gender].get(m.group(1))):
        yield Site(person.end + m.start(1), person.end + m.end(1), right, 0.85, person)


def nominative(person: Person, lang: str) -> bool:
    """Whether the name, as it is written, can only be a subject."""
    given, last = person.words[0], person.words[-1]
    if person.gender == MALE:
        return _hard(given) or _hard(last) or given[-1] in ("аяо" if lang == "uk" else "аяa")
    if given[-1] in "аяaeě":
        if mans(given, lang):
            return last.endswith(("ая", "ська", "цька", "á", "ska", "cka", "dzka")) or _hard(last) or (lang == "uk" and last.endswith("ко"))
        return True
    return last.endswith(("ая", "ова", "ева", "ина", "ына", "ська", "цька", "á", "ska", "cka", "dzka"))


def mans(name: str, lang: str) -> bool:
    """Whether a woman's name is also a man's in another case: Александра, Jana."""
    stem = name[:-1]
    men = (stem, stem + "й") if lang in ("ru", "uk") else (stem, stem[:-1] + "e" + stem[-1:])
    return name[-1] in "аяa" and any(_man(man, lang) for man in men if len(man) > 2)


def _man(name: str, lang: str) -> bool:
    """Whether speakers of the language bear a man's name."""
    return gender_of(name, lang) == "male" and (lang in ("ru", "uk") or _at_home(name, lang))


def _at_home(name: str, lang: str) -> bool:
    """Whether speakers of the language bear the name; short foreign names in other letters are easily taken for another."""
    if not name.isascii():
        from anyascii import anyascii

        name = anyascii(name)
    return lang in cultures_of(fold(name))


def _hard(word: str) -> bool:
    """Ends as a man's name does in the nominative: a consonant, or й."""
    return word[-1].lower() in "бвгджзйклмнпрстфхцчшщbcčdďfghjklłmnňńpqrřsśštťvwxzžźżý"


