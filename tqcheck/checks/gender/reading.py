"""An English text as reference sees it: its words, sentences, pronouns, people and gendered nouns, in order."""
from __future__ import annotations

import functools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

import msgspec

from tqcheck.lang import table
from tqcheck.model import Segment
from tqcheck.names.given import gender_of
from tqcheck.names.mentions import Mention, ordinary_words

MALE, FEMALE = -1, 1
REGISTER = "register"
"""What is known of a person wins over all that the text says."""
_TOKEN = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+|[^\w\s]")
_OPEN, _SHUT = "“„«", "”»"


class Pronoun(msgspec.Struct):
    """A gendered pronoun. token: index of its word; gender: MALE or FEMALE; case: "subject", "object", "possessive",
    "absolute" or "reflexive" ("her" is told apart by the next word)."""

    start: int
    end: int
    form: str
    gender: int
    case: str
    token: int
    sentence: int
    quoted: bool


class Name(msgspec.Struct):
    """A mention of somebody (or of something that may be somebody)."""

    start: int
    end: int
    text: str
    entity: int
    token: int
    last: int
    sentence: int
    person: bool
    known: bool
    quoted: bool


class Entity(msgspec.Struct):
    """What the text says of one person. gender: −1 male … 1 female, 0 unknown; why: in words."""

    name: str
    gender: float = 0.0
    why: str = ""
    mentions: int = 0
    person: bool = False


class Noun(msgspec.Struct):
    gender: int
    kind: str
    token: int
    sentence: int


class Words(msgspec.Struct, frozen=True):
    """`lang/en/gender.toml`, arranged for lookup by lower-case word."""

    pronouns: dict[str, tuple[int, str]]
    nouns: dict[str, tuple[int, str]]


@functools.cache
def english() -> Words:
    data = table("en", "gender")
    sign = {"male": MALE, "female": FEMALE}
    nouns = {word: (sign[g], kind) for kind in ("nouns", "kin", "partners") for g in sign for word in data[kind][g]}
    return Words({form: (sign[g], case) for form, (g, case) in data["pronouns"].items()}, nouns)


class Things(msgspec.Struct, frozen=True):
    """Nouns, lower-case: of things, of things that usage calls she, of people (offices, trades, kin), and names of countries."""

    things: frozenset[str]
    exempt: frozenset[str]
    persons: frozenset[str]
    countries: frozenset[str]

    def person(self, word: str) -> bool:
        return word in self.persons or word.removesuffix("'s").removesuffix("’s") in self.persons

    def thing(self, word: str) -> bool:
        return word in self.things or word in self.countries


@functools.cache
def thing_words() -> Things:
    data, titles = table("en", "gender"), table("en", "titles")
    offices = {t.lower().split()[-1] for t in titles.get("titles", ())} | {t.lower().rstrip(".") for g in ("male", "female") for t in titles.get(g, ())}
    persons = offices - {"state", "member", "general", "major", "private"} | set(data["persons"]["nouns"])
    plural = {p + "s" for p in persons if len(p) > 2}
    gendered = {w for kind in ("nouns", "kin", "partners") for g in ("male", "female") for w in data[kind][g]}
    countries = {c.lower() for c in titles.get("countries", {})}
    return Things(frozenset(data["things"]["nouns"]), frozenset(data["things"]["exempt"]), frozenset(persons | plural | gendered), frozenset(countries))


class Reading:
    """One article. Offsets are those of the whole text; tokens and sentences are numbered from 0."""

    def __init__(
        self, text: str, segments: Sequence[Segment], mentions: Sequence[Mention], known: Callable[[str], float] | None = None
    ) -> None:
        self.text = text
        self.spans: list[tuple[int, int]] = []
        self.words: list[str] = []
        self.sentence: list[int] = []
        self.first: list[int] = []
        self.paragraph: list[int] = []
        self.pronouns: list[Pronoun] = []
        self.nouns: list[Noun] = []
        self.names: list[Name] = []
        self.entities: dict[int, Entity] = {}
        quoted: list[bool] = []
        words = english()
        for segment in segments:
            inside = False
            for span in segment.sentences:
                self.first.append(len(self.words))
                self.paragraph.append(segment.start)
                number = len(self.first) - 1
                for m in _TOKEN.finditer(text, span.start, span.end):
                    word = m.group()
                    if word == '"':
                        inside = not inside
                    elif word in _OPEN:
                        inside = True
                    elif word in _SHUT:
                        inside = False
                    token = len(self.words)
                    low = word.lower()
                    self.spans.append(m.span())
                    self.words.append(low)
                    self.sentence.append(number)
                    quoted.append(inside)
                    if low in words.pronouns:
                        gender, case = words.pronouns[low]
                        self.pronouns.append(Pronoun(m.start(), m.end(), word, gender, case, token, number, inside))
                    else:
                        noun = words.nouns.get(low) or words.nouns.get(low.removesuffix("'s").removesuffix("’s"))
                        if noun:
                            self.nouns.append(Noun(noun[0], noun[1], token, number))
        self.first.append(len(self.words))
        self.words += ["", "", "", ""]
        self.pronouns = [p for p in self.pronouns if not self._either(p.token)]
        for pronoun in self.pronouns:
            if pronoun.form.lower() == "her" and self.words[pronoun.token + 1] in _NOT_POSSESSED:
                pronoun.case = "object"
        starts = [s for s, _ in self.spans]
        for mention in mentions:
            if mention.kind in ("place", "organisation") and not mention.title:
                continue
            at = bisect_right(starts, mention.start) - 1
            if at < 0 or self.spans[at][1] <= mention.start:
                continue
            last = bisect_right(starts, mention.end - 1) - 1
            person = mention.kind == "person"
            entity = self.entities.setdefault(mention.entity, Entity(mention.full))
            entity.mentions += 1
            entity.person |= person
            self._learn(entity, mention, at, last, known)
            self.names.append(
                Name(mention.start, mention.end, mention.text, mention.entity, at, last, self.sentence[at], person, False, quoted[at])
            )
        for name in self.names:
            name.known = self.entities[name.entity].gender != 0
        self.people = {MALE: 0, FEMALE: 0, 0: 0}
        for entity in self.entities.values():
            if entity.gender or entity.person:
                self.people[(entity.gender > 0) - (entity.gender < 0)] += 1
        self.pronouns_of = {g: sum(p.gender == g for p in self.pronouns) for g in (MALE, FEMALE)}
        self.starts = starts
        self.name_sentences = [n.sentence for n in self.names]
        self.name_tokens = [n.token for n in self.names]
        self.noun_tokens = [n.token for n in self.nouns]
        self.noun_sentences = [n.sentence for n in self.nouns]
        self.pronoun_tokens = [p.token for p in self.pronouns]

    def _either(self, token: int) -> bool:
        """Whether the pronoun is half of "he or she", "his/her" and the like."""
        for step in (-2, 2):
            other = token + step
            if 0 <= other < len(self.words) and self.words[other] in english().pronouns and self.words[token + step // 2] in ("or", "/", "and/or"):
                return True
        return False

    def words_between(self, start: int, end: int) -> tuple[int, int]:
        """Token numbers of the words from one offset to another."""
        return bisect_left(self.starts, start), bisect_left(self.starts, end)

    def people_between(self, low: int, high: int) -> list[Name]:
        """Names that begin in a range of tokens."""
        return self.names[bisect_left(self.name_tokens, low) : bisect_left(self.name_tokens, high)]

    def nouns_between(self, low: int, high: int) -> list[Noun]:
        """Gendered nouns in a range of tokens."""
        return self.nouns[bisect_left(self.noun_tokens, low) : bisect_left(self.noun_tokens, high)]

    def pronouns_between(self, low: int, high: int) -> list[Pronoun]:
        """Pronouns in a range of tokens."""
        return self.pronouns[bisect_left(self.pronoun_tokens, low) : bisect_left(self.pronoun_tokens, high)]

    def nouns_near(self, token: int) -> list[Noun]:
        """Gendered nouns at most three sentences away, sixty at most on each side."""
        sentence = self.sentence[token]
        here = bisect_left(self.noun_tokens, token)
        start, stop = bisect_left(self.noun_sentences, sentence - 3), bisect_right(self.noun_sentences, sentence + 3)
        return self.nouns[max(start, here - 60) : min(stop, here + 60)]

    def _learn(self, entity: Entity, m: Mention, token: int, last: int, known: Callable[[str], float] | None) -> None:
        """What one mention says of its entity's gender; the strongest statement stands, contradictions cancel."""
        if entity.why == REGISTER:
            return
        if known and m.given and m.surname and (gender := known(m.text)):
            entity.gender, entity.why = gender, REGISTER
            return
        says: list[tuple[float, str]] = []
        if m.gender in ("male", "female"):
            says.append((1.0 if m.gender == "female" else -1.0, f"title {m.title}"))
        alone = " " not in m.text and " " not in m.full and not (m.opens and m.text.lower() in ordinary_words("en"))
        given = m.given or (m.surname if alone else "")
        if alone and token and self.words[token - 1] in ("a", "an", "the"):
            given = ""
        if given and (gender_name := gender_of(given)) in ("male", "female"):
            sure = 0.9 if m.given else 0.6
            says.append((sure if gender_name == "female" else -sure, f"first name {given}"))
        noun = english().nouns.get(self.words[token - 1] if token else "") or (
            english().nouns.get(self.words[token - 2]) if token > 1 and self.words[token - 1] == "," else None
        )
        if (noun and noun[1] != "nouns") or (noun and self.words[token - 1] != ","):
            says.append((0.8 * noun[0], self.words[token - 1]))
        at = last + 1
        if self.words[at] in (",", "is", "was") and self.words[min(at + 1, len(self.words) - 1)] in ("a", "an", "the"):
            for k in range(at + 2, min(at + 6, len(self.words))):
                if self.words[k] in (",", ".", "of", "and", "who", "whose"):
                    break
                if noun := english().nouns.get(self.words[k]):
                    says.append((0.8 * noun[0], self.words[k]))
                    break
        for gender, why in says:
            if entity.gender * gender < 0:
                stronger = max(entity.gender, gender, key=abs)
                if abs(abs(entity.gender) - abs(gender)) < 0.15:
                    entity.gender, entity.why = 0.0, ""
                elif stronger == gender:
                    entity.gender, entity.why = gender * 0.7, why
            elif abs(gender) > abs(entity.gender):
                entity.gender, entity.why = gender, why
            else:
                entity.gender = max(-1.0, min(1.0, entity.gender + 0.05 * gender))


_NOT_POSSESSED = frozenset(
    [".", ",", ";", ":", "!", "?", ")", '"', "”", "’", "“", "-", "–", "—", "to", "in", "on", "at", "for", "with", "from", "by", "and", "or", "but", "as", "that", "when", "while", "who", "which", "because", "if", "after", "before", "into", "about", "over", "under", "out", "up", "down", "off", "away", "back", "the", "a", "an", "this", "not", "is", "was", "are", "were", "had", "has", "have", "will", "would", "could", "should", "may", "against", "through", "during", "until", "since", "than", "so", "then", "there", "again", "also", "too"]
) | {""}
