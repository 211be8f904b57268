"""Family typography: marks and spaces that extraction or translation broke, and the forms of another language left in the text.

What each language does is `lang/LANG/punctuation.toml` and `lang/LANG/quotes.toml`.
"""
from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tqcheck.checks import quotations
from tqcheck.checks.case import Case
from tqcheck.checks.rule import Check, Example, Rule
from tqcheck.lang import language_name, quotes, table
from tqcheck.lang.identify import word_shares
from tqcheck.lang.scripts import main_script, writes
from tqcheck.model import Finding, Related, Segment

# -- missing spaces ---------------------------------------------------------------------------------------------------

MISSING_SPACE = Rule(
    name="missing-space",
    family="typography",
    summary="Two sentences or words run together at a punctuation mark.",
    why="It reads as one word, and every tool that follows takes two sentences for one.",
    message="a space is missing in “{text}”",
    category="fluency/punctuation",
    severity="minor",
    bad=(
        Example("The road was reopened at ⟦noon.Buses⟧ are running again."),
        Example("\"We are ready,\" she ⟦replied.The⟧ talks go on."),
        Example("The mayor thanked the ⟦crews,who⟧ had worked all night."),
        Example("“We will win.⟦”The⟧ crowd cheered."),
        Example("Die Straße ist wieder ⟦frei.Busse⟧ fahren seit Montag.", lang="de"),
        Example("Дорогу открыли в ⟦понедельник.Автобусы⟧ снова ходят.", lang="ru"),
    ),
    good=(
        Example("See www.example.com or mail desk@mail.example.org; the file is Report.Final.docx."),
        Example("J.D. Vance and the U.S. Senate met at 3.5 per cent; the Node.Js team did not."),
        Example("Booking.com, the .com boom and @some.User are not sentences."),
        Example("Energy.News and Ferry.Online reported it; he waited…Then he left."),
        Example("Yahoo!Japan and the St.Petersburg office of Ph.D. holders."),
        Example("He paid 1,234,567 dollars."),
    ),
)
SPACE_BEFORE = Rule(
    name="space-before-punctuation",
    family="typography",
    summary="A space stands before a punctuation mark that takes none in this language.",
    why="It is left over from another language's rules, from editing, or from tokenised text.",
    message="no space belongs before “{mark}”",
    category="fluency/punctuation",
    severity="minor",
    languages=("en", "de", "es", "it", "pt", "nl", "pl", "cs", "ru", "uk", "tr", "sv"),
    bad=(
        Example("The town has two problems⟦ :⟧ water and roads."),
        Example("Who will pay for it⟦ ?⟧ Nobody knows."),
        Example("Wer soll das bezahlen⟦ ?⟧ Niemand weiß es.", lang="de"),
        Example("Город закрыт⟦ ,⟧ сказал мэр.", lang="ru"),
    ),
    good=(
        Example("It was a long . . . pause, a .22 rifle and a score of 3 : 1."),
        Example("He smiled :) and went home."),
    ),
)

# -- marks ------------------------------------------------------------------------------------------------------------

DOUBLED_MARK = Rule(
    name="doubled-punctuation",
    family="typography",
    summary="Punctuation marks stand twice, or on both sides of a closing quotation mark.",
    why="One of them was left by an edit, or by the other language's order of mark and quotation mark.",
    message="“{text}” has a mark too many",
    category="fluency/punctuation",
    severity="minor",
    bad=(
        Example("The truce \"lasted for two days⟦.\".⟧"),
        Example("The minister resigned⟦,,⟧ the agency said."),
        Example("The road is closed⟦..⟧ Nobody knows why."),
        Example("“It will be done⟦.”,⟧ the mayor said."),
        Example("Die Straße ist gesperrt⟦,,⟧ sagte sie.", lang="de"),
    ),
    good=(
        Example("He waited... and then left. Is it “Apple Inc.”, or Yahoo!, Jeopardy! and the U.S.?"),
        Example("They meet at 5 p.m., not at 6 p.m."),
        Example("Really?! What?? No!!"),
        Example("Он сказал: «Кто там?»", lang="ru"),
    ),
)
DOUBLED_WORD = Rule(
    name="doubled-word",
    family="typography",
    summary="A word stands twice in a row.",
    why="It is left over from an edit, or from joining pieces of text.",
    message="“{text}” repeats a word",
    category="fluency/grammar",
    severity="minor",
    languages=("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "ru", "uk", "tr", "sv"),
    bad=(
        Example("She left ⟦the the⟧ building at noon."),
        Example("They agreed on a ⟦plan plan⟧ for the port."),
        Example("Sie ging ⟦mit mit⟧ ihm nach Hause.", lang="de"),
        Example("Он жил ⟦в в⟧ Киеве.", lang="ru"),
    ),
    good=(
        Example("He had had enough, and she knew that that was a very very long way to Bora Bora."),
        Example("Duran Duran played in Baden Baden; the boy said no no no."),
        Example("Der Mann, der der Frau half, und die, die die Tür schloss.", lang="de"),
        Example("Nous nous sommes levés, vous vous êtes assis.", lang="fr"),
    ),
)
UNBALANCED = Rule(
    name="unbalanced-quotes",
    family="typography",
    summary="A quotation mark has no partner, or one of another kind.",
    why="The reader cannot tell where the quotation ends and the reporter's own words begin.",
    message="“{text}” {problem}",
    category="fluency/punctuation",
    severity="minor",
    bad=(
        Example("The plan⟦”⟧ was dropped in May, and the mayor left for Vienna."),
        Example("The so-called ⟦“⟧green plan was dropped in May."),
        Example("Der sogenannte ⟦„⟧grüne Plan wurde im Mai verworfen.", lang="de"),
    ),
    good=(
        Example("“We began at noon.\n\n“We ended at six,” she said."),
        Example("The 27\" screen and the 6'2\" goalkeeper were both new in the ’80s; the workers' union agreed."),
        Example("“We wait,” she said. “It is late.”"),
        Example("Er nannte es »gut« und „schön“, sie auch.", lang="de"),
        Example("Он работает в газете «Труд».", lang="ru"),
        Example("ООО «Завод «Прогресс» закрыто.", lang="ru"),
    ),
)

# -- another language's forms -------------------------------------------------------------------------------------------

DIALOGUE_DASH = Rule(
    name="foreign-dialogue-dash",
    family="typography",
    summary="Speech is set off by a dash, as other languages do, where this one uses quotation marks.",
    why="The reader takes the speaker's words for the reporter's.",
    message="speech is set off by a dash; {language} uses quotation marks",
    category="locale-convention/punctuation",
    severity="minor",
    languages=("en", "de", "cs", "nl", "sv"),
    bad=(
        Example("⟦— We⟧ have waited for this bridge for ten years, and now it is here, the mayor said."),
        Example("\"We have waited for ten years,\" the mayor said.⟦ — Now⟧ the bridge is here.\""),
        Example("\"We have waited for ten years⟦\", -⟧ said the mayor."),
        Example("⟦– Wir⟧ haben zehn Jahre auf diese Brücke gewartet, sagte der Bürgermeister am Montag.", lang="de"),
    ),
    good=(
        Example("— Winston Churchill"),
        Example("— Anna Berg (@annaberg) May 4, 2021"),
        Example("The bridge — ten years in the making — is open."),
        Example("The talks failed. — AP"),
        Example("— The mayor said on Monday that the bridge was open to all traffic from the north.\n— The council said that it would close the old ferry in the summer of next year."),
        Example("– Bread\n– Milk\n– Two pounds of apples from the market"),
        Example("KYIV — We have waited, the mayor said, for ten years for this bridge."),
    ),
)
EDITOR_NOTE = Rule(
    name="foreign-editor-note",
    family="typography",
    summary="An editor's note inside the text is written in the other language's form.",
    why="English puts the editor's words in square brackets, without a signature.",
    message="“{text}” is an editor's note in another language's form",
    category="locale-convention/punctuation",
    severity="minor",
    languages=("en",),
    bad=(
        Example("He said that they ⟦(the miners. — Ed.)⟧ would be paid in May."),
        Example("The fund ⟦(founded in 2012 - approx. ed.)⟧ is closed."),
    ),
    good=(Example("He said that they [the miners] would be paid in May (Ed Miliband agreed)."), Example("The fund (founded in 2012 — the year of the flood) is closed.")),
)
FOREIGN_QUOTES = Rule(
    name="foreign-quotes",
    family="typography",
    summary="Quotation marks of another language were left in the text.",
    why="They show where the text comes from, and no editor of this language writes them.",
    message="{language} writes {usual}, not {foreign}",
    category="locale-convention/punctuation",
    severity="minor",
    languages=tuple(lang for lang in ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "ru", "uk", "tr", "sv", "zh", "ja", "ko")),
    bad=(
        Example("The paper ⟦«Morning»⟧ was closed in May."),
        Example("The ⟦„green plan“⟧ was dropped."),
        Example("报纸⟦«晨报»⟧五月停刊。", lang="zh"),
    ),
    good=(
        Example("The paper “Morning” was closed in May, the 'Evening' in June."),
        Example("Er nannte es »gut« und „schön“.", lang="de"),
        Example("Le journal « Le Matin » a fermé.", lang="fr"),
        Example("Газета «Утро» закрыта.", lang="ru"),
    ),
)
FOREIGN_MARK = Rule(
    name="foreign-punctuation",
    family="typography",
    summary="A punctuation mark of another language's script was left in the text.",
    why="It breaks the line, looks odd in the typeface, and shows that nobody read the text.",
    message="“{text}” is a mark of another language",
    category="locale-convention/punctuation",
    severity="minor",
    bad=(
        Example("The town⟦，⟧ he said, is closed."),
        Example("⟦¿⟧Who will pay for it?"),
        Example("她说⟦,⟧道路已经开放，桥梁也修好了，学校复课，商店开门，公交恢复。", lang="zh"),
    ),
    good=(Example("¿Quién paga?", lang="es"), Example("他说，可以。", lang="zh"), Example("GDP增长3.5%,出口增长2%。", lang="zh")),
)
FOREIGN_NUMBER = Rule(
    name="foreign-number-format",
    family="typography",
    summary="A figure has the decimal or thousands mark of another language.",
    why="A reader may take 1,5 million for 15 million, or 2.500 people for two and a half.",
    message="“{text}” has another language's decimal or thousands mark",
    category="locale-convention/number",
    severity="minor",
    languages=("en", "de", "fr", "it", "pt", "nl", "pl", "cs", "ru", "uk", "tr", "sv"),
    bad=(
        Example("Prices rose by ⟦3,5⟧ percent and cost ⟦1,25⟧ billion."),
        Example("The dam cost ⟦2.500.000⟧ dollars."),
        Example("Die Preise stiegen um ⟦3.5⟧ Prozent.", lang="de"),
    ),
    good=(
        Example("Prices rose by 3.5 percent; 1,234 people and rooms 1,2 and 3; he sold 1,500 tons."),
        Example("Die Preise stiegen um 3,5 Prozent, am 3.5. um 10.30 Uhr, Version 3.5 kostet 1.500 Euro.", lang="de"),
    ),
)
OPENING_MARK = Rule(
    name="missing-opening-mark",
    family="typography",
    summary="A Spanish question or exclamation lacks its opening mark.",
    why="Spanish requires ¿ and ¡; the original's language did not have them.",
    message="a Spanish sentence that ends in “{text}” opens with “{opening}”",
    category="locale-convention/punctuation",
    severity="minor",
    languages=("es",),
    bad=(Example("Nadie responde. Quién paga las obras⟦?⟧", lang="es"),),
    good=(Example("¿Quién paga? Nadie. ¡Basta!", lang="es"), Example("La película «Who Framed Roger Rabbit?» se estrena hoy.", lang="es")),
)


# -- what a language does -----------------------------------------------------------------------------------------------


class _Form(NamedTuple):
    """`punctuation.toml` of a language, compiled."""

    doubled: frozenset[str]
    legit: frozenset[str]
    spaced: bool
    number: re.Pattern[str] | None
    speech: re.Pattern[str] | None
    notes: re.Pattern[str] | None
    abbreviations: frozenset[str]
    dialogue: bool
    usual: tuple[str, str]


@functools.cache
def _form(lang: str) -> _Form:
    data: dict[str, Any] = table(lang, "punctuation")
    notes = "|".join(data.get("notes", ()))
    return _Form(
        frozenset(data.get("doubled", "").split()), frozenset(data.get("legit", "").split()), data.get("spaced", False), _number(data),
        re.compile(rf"\b(?:{data['speech']})\b") if "speech" in data else None, re.compile(notes) if notes else None,
        frozenset(data.get("abbreviations", "").split()), table(lang, "quotes").get("dialogue_dash", False), quotes.usual_pair(lang),
    )  # fmt: skip


@functools.cache
def _abbreviations(lang: str) -> frozenset[str]:
    """Abbreviations of a language without their stop, as sentence splitting knows them."""
    data = table(lang, "sentences")
    return frozenset(word for name in ("never", "number", "within") for word in data.get(name, ()))


def _number(data: dict[str, Any]) -> re.Pattern[str] | None:
    """Figures with the other mark: decimals only where a unit follows, thousands where there are two groups or the things are countable."""
    if not data.get("decimal") or not data.get("units"):
        return None
    fraction, group = (",", r"\.") if data["decimal"] == "." else (r"\.", ",")
    shapes = [
        rf"\d{{1,3}}{fraction}\d{{1,2}}(?=[ \u00a0\u202f]?(?:{data['units']})(?!\w))",
        rf"\d{{1,3}}(?:{group}\d{{3}}){{2,4}}(?![\d.,]?\d)",
    ]
    if data.get("count"):
        shapes.append(rf"[1-9]\d{{0,2}}{group}\d{{3}}(?=[ \u00a0](?:{data['count']})\b)")
    return re.compile(rf"(?<![\w.,:/$€£¥–-])(?:{'|'.join(shapes)})")


# -- running ----------------------------------------------------------------------------------------------------------


def _class(test: Any) -> str:
    return "".join(chr(c) for c in (*range(0x41, 0x250), *range(0x370, 0x530)) if test(chr(c)))


_LOWER, _UPPER = _class(str.islower), _class(str.isupper)
_STOP = re.compile(rf"(?<=[{_LOWER}][{_LOWER}])(?:[.!?](?=[{_UPPER}][{_LOWER}{_UPPER}]|[IAВИКОСУЯІ]\s)|[,;](?=[{_LOWER}]{{2}}))")
_QUOTE_STOP = re.compile(rf"(?<=[{_LOWER}]{{2}}[.!?,])[”»](?=[{_UPPER}][{_LOWER}])".replace("{2}", f"[{_LOWER}]"))
_WORD_AFTER = re.compile(r"[\w’'-]{1,40}")
_NOT_A_WORD = re.compile(r"[@/\\#&=_%{}<>]|www\.|\w\.\w")
_SUFFIXES = frozenset((
    "com", "net", "org", "edu", "gov", "info", "io", "ru", "ua", "de", "uk", "fr", "js", "ts", "py", "md", "txt", "csv", "pdf", "doc", "docx",
    "xls", "xlsx", "jpg", "png", "gif", "html", "htm", "php", "xml", "json", "exe", "zip", "mp", "aspx",
))  # fmt: skip
"""What follows the stop in the names of files and hosts."""
_NAMES = frozenset(("yahoo", "jeopardy", "node", "vue", "next", "asp", "booking", "st"))
"""Names that hold a mark."""
_SPACE_BEFORE = re.compile(r"(?<=[^\W_])([ \u00a0\u202f]{1,3}[,;:!?])(?=[\s\"”»’)]|$)|(?<=[^\W\d_][^\W\d_])( \.)(?=\s+[^\W\d_]|$)")
_HANDLE = re.compile(r"[@#][\w.]{1,38}$|://\S{1,38}$")
_DOUBLED = re.compile(r",,|;;|(?<![.…!?\s])\.\.(?![.…/\w])|,\.(?!\.)|(?<=\w)\.[\"”»]\.(?!\.)|(?<=\w)\.[\"”],|(?<=\w),[\"”],|，，|。。(?!。)|、、")
_REPEATED = re.compile(r"\b([^\W\d_]{1,25})[ \u00a0]{1,3}\1\b(?![-’'.]\w)", re.I)
_DASH_OPENS = re.compile(r"[—–][ \u00a0](?=[^\W\d_]|[\"“„«\[(])|- (?=[^\W_])")
_DASH_AFTER = re.compile(r"(?<=[.!?,])[ \u00a0][—–-][ \u00a0](?=[^\W\d_])")
_DASH_SAID = re.compile(r"[\"”»“],?[ \u00a0]?[—–-][ \u00a0](?=[^\W\d_])|[?!…],?[\"”»“][ \u00a0][—–-][ \u00a0](?=[^\W\d_])")
_SIGNED = re.compile(r"@\w|\(@|\b(?:19|20)\d\d$")
_WIDE = re.compile(r"[，。；：？！（）、]|(?<!—)——(?!—)|(?<!…)……(?!…)|[¿¡]")
_NARROW = re.compile(r"(?<=[\u4e00-\u9fff])[,;:?!](?=[\u4e00-\u9fff])")
_OPENING = {"?": "¿", "!": "¡"}


def _run(case: Case) -> Iterator[Finding]:
    form = _form(case.base)
    spaced = case.base not in ("zh", "ja", "ko", "th")
    for segment in case.prose:
        if spaced:
            yield from _missing_space(case, segment)
            yield from _doubled_word(case, segment, form)
            if not form.spaced:
                yield from _space_before(case, segment)
        yield from _doubled_mark(case, segment, form)
        yield from _forms(case, segment, form)
    if form.speech and not form.dialogue:
        yield from _dialogue(case, form)
    for number, marks in _marks(case):
        yield from _unbalanced(case, marks, quotations.DOUBTFUL if quotations.lost_paragraphs(case, number) else 0.7)
        yield from _foreign_quotes(case, marks, form)


def _missing_space(case: Case, segment: Segment) -> Iterator[Finding]:
    text = case.text
    short = _abbreviations(case.base)
    for m in _STOP.finditer(text, segment.start, segment.end):
        low = _word_start(text, m.start(), segment.start)
        right = _WORD_AFTER.match(text, m.end(), min(segment.end, m.end() + 40))
        if right is None:
            continue
        start = max(text.rfind(" ", max(segment.start, low - 60), low) + 1, segment.start)
        stop = text.find(" ", right.end(), right.end() + 60)
        token = text[start : min(stop if stop >= 0 else segment.end, right.end() + 60, segment.end)]
        left = text[low : m.start()]
        word, following = left.lower(), right.group().lower()
        if not left or _NOT_A_WORD.search(token[: low - start] + token[right.end() - start :]):
            continue
        if following in _SUFFIXES or word in _NAMES or (m.group() == "." and (word in short or (right.group().isupper() and left[0].isupper()))) or (m.group() == "." and text[right.end() : right.end() + 1] in (".", "@", "/")):
            continue
        if left[0].isupper() and m.group() == "." and case.base not in word_shares(following)[0]:
            continue  # "News.Today" and the like are names as often as sentences
        if m.group() in ",;" and (len(word) < 3 or text[low - 1 : low] in ("&", ",")):
            continue
        confidence = 0.93 if m.group() == "." else 0.85
        yield MISSING_SPACE.found(text, low, right.end(), confidence=confidence, suggestions=(f"{left}{m.group()} {right.group()}",))
    for m in _QUOTE_STOP.finditer(text, segment.start, segment.end):
        right = _WORD_AFTER.match(text, m.end(), min(segment.end, m.end() + 40))
        if right:
            yield MISSING_SPACE.found(text, m.start(), right.end(), confidence=0.8, suggestions=(f"{m.group()} {right.group()}",))


def _word_start(text: str, at: int, floor: int) -> int:
    floor = max(floor, at - 40)
    while at > floor and (text[at - 1].isalnum() or text[at - 1] in "’'-_"):
        at -= 1
    return at


def _space_before(case: Case, segment: Segment) -> Iterator[Finding]:
    text = case.text
    found = [m for m in _SPACE_BEFORE.finditer(text, segment.start, segment.end) if not _is_face_or_score(text, m) and not _HANDLE.search(text, max(segment.start, m.start() - 40), m.start())]
    if len(found) * 12 > segment.end - segment.start:
        return
    for m in found:
        mark = m.group().strip()
        yield SPACE_BEFORE.found(text, m.start(), m.end(), confidence=0.8, suggestions=(mark,), mark=mark)


def _is_face_or_score(text: str, m: re.Match[str]) -> bool:
    after = text[m.end() : m.end() + 2]
    return (after[:1] in ")(" and m.group().strip() in ":;") or (m.group().strip() == ":" and text[m.start() - 1].isdigit() and after[1:2].isdigit())


def _doubled_mark(case: Case, segment: Segment, form: _Form) -> Iterator[Finding]:
    text = case.text
    for m in _DOUBLED.finditer(text, segment.start, segment.end):
        mark = m.group()
        if mark[0] == "." and len(mark) > 1:
            before = re.search(r"[\w.]{1,12}$", text[max(segment.start, m.start() - 12) : m.start()])
            word = before.group().lower() if before else ""
            if mark != ".." and (word in form.abbreviations or "." in word or len(word) < 2):
                continue
            if mark[-1] == "," and case.base not in ("en", "zh", "ja"):
                continue
        if mark[0] == "." and len(mark) == 3 and case.base in ("de", "nl", "sv") and mark[-1] == ".":
            continue
        if mark == ",," and text[m.end() : m.end() + 1].isalnum() and text[m.start() - 1 : m.start()] == " ":
            continue  # two commas set low for a German opening mark
        fixed = {'.".': '."', ".”.": ".”", ".».": "».", '.",': ',"', ".”,": ",”", ',",': ',"', ",”,": ",”", ",.": "."}.get(mark, mark[0])
        yield DOUBLED_MARK.found(text, m.start(), m.end(), confidence=0.85 if mark != ",." else 0.7, suggestions=(fixed,))


def _doubled_word(case: Case, segment: Segment, form: _Form) -> Iterator[Finding]:
    text = case.text
    if not form.doubled:
        return
    for m in _REPEATED.finditer(text, segment.start, segment.end):
        word, second = m.group(1), text[m.end() - len(m.group(1)) : m.end()]
        low = word.lower()
        if low in form.legit or second != second.lower() or (word != low and low not in form.doubled):
            continue
        sure = low in form.doubled
        if not sure and len(low) < 3:
            continue
        yield DOUBLED_WORD.found(text, m.start(), m.end(), confidence=0.9 if sure else 0.6, suggestions=(word,))


def _forms(case: Case, segment: Segment, form: _Form) -> Iterator[Finding]:
    """Notes, figures and marks in the form of another language."""
    text = case.text
    if form.notes:
        for m in form.notes.finditer(text, segment.start, segment.end):
            inner = re.match(r"\(([^()\n]{1,80}?)[.!?]? ?[.—–-]", m.group())
            words = inner.group(1).rstrip(" .—–-") if inner else ""
            yield EDITOR_NOTE.found(text, m.start(), m.end(), confidence=0.85, suggestions=(f"[{words}]",) if words and "approx" not in words else ())
    if form.number:
        for m in form.number.finditer(text, segment.start, segment.end):
            figure = m.group()
            fixed = figure.translate(str.maketrans(".,", ",."))
            yield FOREIGN_NUMBER.found(text, m.start(), m.end(), confidence=0.75, suggestions=(fixed,))
    if case.base in ("zh", "ja"):
        if case.base == "zh":
            narrow = list(_NARROW.finditer(text, segment.start, segment.end))
            if len(narrow) * 4 > sum(text.count(c, segment.start, segment.end) for c in "，；：？！"):
                return  # this text writes them so
            for m in narrow:
                wide = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}[m.group()]
                yield FOREIGN_MARK.found(text, m.start(), m.end(), confidence=0.7, suggestions=(wide,))
        return
    if case.base == "es":
        yield from _opening_marks(case, segment)
    if case.base in ("ko", "th", "ar", "fa", "he", "ur"):
        return
    for m in _WIDE.finditer(text, segment.start, segment.end):
        if m.group() in "¿¡" and case.base in ("es", "ca", "gl", "eu", "ast"):
            continue
        if "\u2e80" <= text[m.start() - 1 : m.start()] <= "\uffef" or "\u2e80" <= text[m.end() : m.end() + 1] <= "\uffdc":
            continue
        plain = {"，": ",", "。": ".", "；": ";", "：": ":", "？": "?", "！": "!", "（": "(", "）": ")", "、": ",", "——": "—", "……": "…"}.get(m.group())
        yield FOREIGN_MARK.found(text, m.start(), m.end(), confidence=0.8, suggestions=(plain,) if plain else ("",) if m.group() in "¿¡" else ())


def _opening_marks(case: Case, segment: Segment) -> Iterator[Finding]:
    text = case.text
    for sentence in segment.sentences or (segment,):
        end = sentence.end
        while end > sentence.start and text[end - 1] in "\"”»')] ":
            end -= 1
        mark = text[end - 1] if end > sentence.start else ""
        if mark in _OPENING and not any(c in text[sentence.start : end] for c in "¿¡«“\""):
            yield OPENING_MARK.found(text, end - 1, end, confidence=0.7, opening=_OPENING[mark])


def _dialogue(case: Case, form: _Form) -> Iterator[Finding]:
    """Paragraphs that open with a dash, and speech taken up again after "he said. —"."""
    assert form.speech
    text = case.text
    opening = _opening(case, form)
    paragraphs = [s for s in case.prose if s.kind == "paragraph"]
    starts = [bool(_DASH_OPENS.match(text, s.start, s.end)) for s in paragraphs]
    for i, segment in enumerate(paragraphs):
        if m := _DASH_OPENS.match(text, segment.start, segment.end):
            body = text[m.end() : segment.end]
            spoken = form.speech.search(body)
            neighbours = starts[i - 1 : i] + starts[i + 1 : i + 2]
            words = len(body[:400].split())
            long = words >= 12 and text[segment.end - 1] in ".!?…\"”"
            resumed = bool(_DASH_AFTER.search(body[:5000]))
            if words >= 5 and not _SIGNED.search(body[-60:]) and text[m.start()] != "-" and (spoken or resumed or long) and (not any(neighbours) or _attributed(body, form.speech)):
                end = _first_word(text, m.end(), segment.end)
                confidence = 0.9 if spoken and text[m.start()] == "—" else 0.8 if spoken else 0.65 if text[m.start()] == "—" else 0.5
                yield DIALOGUE_DASH.found(text, m.start(), end, confidence=confidence, language=_name(case), suggestions=(opening + text[m.end() : end],))
        for m in _DASH_SAID.finditer(text, segment.start, segment.end):
            said = form.speech.search(text, m.end(), min(segment.end, m.end() + 60))
            if said and len(text[m.end() : said.start()].split()) <= 3 and not re.search(r"[.,;:!?\"”—–]", text[m.end() : said.start()]):
                start, stop = m.start(), m.end() - 1
                mark = re.sub(r"[ \u00a0,—–-]", "", m.group())
                yield DIALOGUE_DASH.found(text, start, stop, confidence=0.85, language=_name(case), suggestions=(mark if mark[0] in "?!…" or text[start - 1 : start] == "," else "," + mark if case.base == "en" else mark + ",",))
        for m in _DASH_AFTER.finditer(text, segment.start, segment.end):
            before = text[max(segment.start, m.start() - 70) : m.start()]
            sentence = re.split(r"[\"”]|[.!?] ", before)[-1]
            if before[-1:] != "," and form.speech.search(sentence) and len(sentence.split()) <= 9 and (",\"" in before or ",”" in before or "— " in before or starts[i]):
                end = _first_word(text, m.end(), segment.end)
                if text[m.end()].isupper():
                    yield DIALOGUE_DASH.found(text, m.start(), end, confidence=0.85, language=_name(case), suggestions=(f" {opening}{text[m.end() : end]}",))


def _attributed(body: str, speech: re.Pattern[str]) -> bool:
    """Whether a verb of saying follows the words it belongs to (", the mayor said"); in a list of points it comes first."""
    return any(re.search(r"[,?!\"”][ \u00a0][^,.?!\"”]{0,40}$", body[max(0, m.start() - 50) : m.start()]) for m in speech.finditer(body[:2000]))


def _name(case: Case) -> str:
    return language_name(case.base) if case.base else "this language"


def _opening(case: Case, form: _Form) -> str:
    """The mark that opens a quotation in this text, or the language's own where it has none."""
    return '"' if form.usual[0] not in case.text and '"' in case.text else form.usual[0]


def _first_word(text: str, at: int, end: int) -> int:
    m = re.compile(r"[\"“„«\[(]?[\w’'-]{1,30}").match(text, at, end)
    return m.end() if m else at


# -- quotation marks over an article --------------------------------------------------------------------------------------


def _marks(case: Case) -> Iterator[tuple[int, quotes.Quotations]]:
    """Quotation marks of each article."""
    for number in sorted({s.article for s in case.prose if s.article is not None}):
        blocks = [(s.start, s.end) for s in case.prose if s.article == number]
        yield number, quotes.pair(case.text, blocks, case.lang)


def _unbalanced(case: Case, marks: quotes.Quotations, confidence: float) -> Iterator[Finding]:
    """Marks without a partner; where a speaker's words lose theirs, `unclosed-quotation` says so."""
    text = case.text
    for at in marks.unclosed:
        if not quotations.spoken(case, at) and not quotations.cut_off(case, at):
            yield UNBALANCED.found(text, at, at + 1, confidence=confidence, problem="opens and is never closed")
    for at in marks.unopened:
        if at - 1 in marks.unopened:
            continue
        segment = next((s for s in case.prose if s.start <= at < s.end), None)
        if segment and not _DASH_OPENS.match(text, segment.start, segment.end):
            yield UNBALANCED.found(text, at, at + 1, confidence=confidence, problem="closes what was never opened")


def _foreign_quotes(case: Case, marks: quotes.Quotations, form: _Form) -> Iterator[Finding]:
    """One finding for each kind of pair in an article, on the first; the others are named with it."""
    foreign = quotes.foreign_pairs(case.base)
    kinds: dict[tuple[str, str], list[quotes.Quotation]] = {}
    for q in marks.pairs:
        if (q.opening, q.closing) in foreign and writes(case.base, main_script(case.text[q.start : min(q.end, q.start + 200)]) or "Latn"):
            kinds.setdefault((q.opening, q.closing), []).append(q)
    for (opening, closing), found in kinds.items():
        first, others = found[0], found[1:20]
        start, end = (first.start, first.end) if first.end - first.start <= _WHOLE else (first.start, first.start + 1)
        inner = case.text[start + 1 : end - 1].strip(" \u00a0\u202f")
        usual = ('"', '"') if _opening(case, form) == '"' else form.usual
        fixed = usual[0] + inner + usual[1] if end - start > 1 else usual[0]
        related = tuple(Related("text", 0, q.start, q.end, case.text[q.start : q.end]) for q in others)
        confidence = 0.85 if opening in "«»「『《‹›" or case.base == "en" else 0.6
        yield FOREIGN_QUOTES.found(case.text, start, end, confidence=confidence, suggestions=(fixed,), related=related, language=_name(case), usual="…".join(usual), foreign=f"{opening}…{closing}")


_WHOLE = 60
"""A quotation up to this length, in characters, is shown whole; of a longer one the opening mark."""

CHECKS: tuple[Check, ...] = (
    Check(
        (MISSING_SPACE, SPACE_BEFORE, DOUBLED_MARK, DOUBLED_WORD, UNBALANCED, DIALOGUE_DASH, EDITOR_NOTE, FOREIGN_QUOTES, FOREIGN_MARK, FOREIGN_NUMBER, OPENING_MARK),
        _run,
    ),
)
