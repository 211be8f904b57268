"""Files of very many people that look-ups read where they lie: an SQLite database with the keys that find a name, right or wrong.

A name written wrong keeps its coarse consonants, or one of its words keeps its sound; by these keys a few hundred people are
read from the index of the database, the nearest by sound are loaded, and roster judges them as it judges everybody.
"""
from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tqcheck.errors import InputError
from tqcheck.model import Person
from tqcheck.names.forms import Entry, entry_of, exact_keys, name_forms
from tqcheck.names.index import Forms
from tqcheck.names.sounds import respoken, skeleton, sound, unspelled

FORMAT = 1
_MAGIC = b"SQLite format 3\0"
_APPLICATION = 0x74716E6D
_SCHEMA = """
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, gender TEXT, kind TEXT NOT NULL, role TEXT, country TEXT,
                     native TEXT NOT NULL, aliases TEXT NOT NULL);
CREATE TABLE bearers (key INTEGER, id INTEGER, PRIMARY KEY (key, id)) WITHOUT ROWID;
CREATE TABLE near (key INTEGER, heard TEXT, id INTEGER, PRIMARY KEY (key, heard, id)) WITHOUT ROWID;
CREATE TABLE words (key INTEGER, word TEXT, id INTEGER, PRIMARY KEY (key, word)) WITHOUT ROWID;
"""
_STAGED = """
CREATE TABLE staged.bearers (key INTEGER, id INTEGER);
CREATE TABLE staged.near (key INTEGER, heard TEXT, id INTEGER);
CREATE TABLE staged.words (key INTEGER, word TEXT, id INTEGER);
"""
_SORTED = (
    "INSERT INTO bearers SELECT DISTINCT key, id FROM staged.bearers ORDER BY key, id",
    "INSERT INTO near SELECT DISTINCT key, heard, id FROM staged.near ORDER BY key, heard, id",
    "INSERT INTO words SELECT key, word, min(id) FROM staged.words GROUP BY key, word ORDER BY key, word",
)
_COLUMNS = "id, name, gender, kind, role, country, native, aliases"
_READ, _LOADED, _NAMESAKES, _BATCH = 1500, 10, 64, 5000
"""Rows read for one key; people loaded of those; people of exactly one name; people written at once."""


def _key(kind: str, text: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{kind}{text}".encode(), digest_size=8).digest(), "big", signed=True)


def _rules() -> int:
    """A fingerprint of how names are keyed, so that a file keyed otherwise is not read as if it were empty."""
    sample = ("shcherbakov", "dzhonson", "nguyen", "quixote", "phelps", "llywelyn", "tschaikowsky", "zawahiri", "xi", "mcgrath", "kjellqvist")
    return zlib.crc32("|".join(f"{skeleton(w)}{sound(w)}" for w in sample).encode()) & 0x7FFFFFFF


def is_store(path: str | Path) -> bool:
    """Whether a file is an SQLite database."""
    with suppress(OSError), open(path, "rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
    return False


def _heard(words: Sequence[str]) -> str:
    return f"{sound(words[0])} {sound(words[-1])}"


def _near_keys(words: Sequence[str]) -> Iterator[int]:
    """Keys of a name of several folded words: its bones, or the sound of one word with a consonant of the other, at either end, so
    that one wrong letter leaves a key."""
    first, last = words[0], words[-1]
    yield _key("j", skeleton(first + last))
    if len(words) > 2:
        yield _key("j", skeleton("".join(words)))
    bones = skeleton(last)
    yield _key("s", f"{sound(last)} {skeleton(first)[:1] if skeleton(first[0]) else ''}")
    yield _key("g", f"{sound(first)} {bones[:1]}")
    yield _key("h", f"{sound(first)} {bones[-1:]}")


def _word_keys(word: str) -> Iterator[int]:
    heard = sound(word)
    yield _key("b", skeleton(word))
    yield _key("<", heard[:4])
    yield _key(">", heard[-4:])


class Store:
    """People in an SQLite file made by Writer. Read-only; a connection for each thread.

    path: the file. Raises InputError where it is not one, or was made with other rules.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._local = threading.local()
        if not is_store(path):
            raise InputError(f"{path}: not a file of people made by `tqcheck names import`, or it cannot be read")
        with self._reading() as db:
            (application,), (version,) = db.execute("PRAGMA application_id").fetchone(), db.execute("PRAGMA user_version").fetchone()
        if application != _APPLICATION:
            raise InputError(f"{path}: an SQLite database, but not one made by `tqcheck names import`")
        if version != _rules() ^ FORMAT:
            raise InputError(f"{path}: made by a version of tqcheck that keyed names otherwise; run `tqcheck names import` again")

    def __reduce__(self) -> tuple[type[Store], tuple[Path]]:
        return Store, (self.path,)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection. immutable: the file is only ever replaced as a whole, so nothing is locked."""
        try:
            owner, connection = getattr(self._local, "connection", (None, None))
            if connection is None or owner != os.getpid():
                connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
                connection.execute("PRAGMA cache_size = -16000")
                self._local.connection = (os.getpid(), connection)
            yield connection
        except sqlite3.Error as error:
            raise InputError(f"{self.path}: cannot be read as a file of people ({error}); run `tqcheck names import` again") from error

    def __len__(self) -> int:
        with self._reading() as db:
            return int(db.execute("SELECT count(*) FROM people").fetchone()[0])

    def __iter__(self) -> Iterator[Person]:
        with self._reading() as db:
            for row in db.execute(f"SELECT {_COLUMNS} FROM people ORDER BY id"):
                yield self._entry(row).person

    def bears(self, key: str) -> bool:
        """Whether somebody bears a folded name or surname."""
        with self._reading() as db:
            return db.execute("SELECT 1 FROM bearers WHERE key = ? LIMIT 1", (_key("=", key),)).fetchone() is not None

    def bearing(self, key: str) -> tuple[Entry, ...]:
        """People that bear a folded name or surname, at most 64."""
        with self._reading() as db:
            rows = db.execute(f"SELECT {_COLUMNS} FROM people WHERE id IN (SELECT id FROM bearers WHERE key = ? LIMIT ?) ORDER BY id", (_key("=", key), _NAMESAKES))
            return tuple(map(self._entry, rows))

    def near(self, words: Sequence[str]) -> Forms:
        """The people whom a wrongly written name, given as folded words, is nearest to by sound, with their forms."""
        with self._reading() as db:
            ids = self._by_word(db, words[0]) if len(words) == 1 else self._by_words(db, words)
            marks = ", ".join("?" * len(ids))
            rows = db.execute(f"SELECT {_COLUMNS} FROM people WHERE id IN ({marks})", ids).fetchall()
        order = {number: at for at, number in enumerate(ids)}
        rows.sort(key=lambda row: order[row[0]])
        return Forms([self._entry(row) for row in rows], [word for word in words if self.bears(word)])

    def _by_words(self, db: sqlite3.Connection, words: Sequence[str]) -> list[int]:
        best: dict[int, float] = {}
        for written, keys in _ways(words):
            heard: dict[int, str] = {}
            for key in keys:
                heard.update(db.execute("SELECT id, heard FROM near WHERE key = ? LIMIT ?", (key, _READ)))
            for _, score, number in process.extract(_heard(written), heard, scorer=Levenshtein.normalized_similarity, limit=_LOADED, score_cutoff=0.5):
                best[number] = max(score, best.get(number, 0.0))
        return sorted(best, key=lambda n: (-best[n], n))[:_LOADED]

    def _by_word(self, db: sqlite3.Connection, word: str) -> list[int]:
        best: dict[int, float] = {}
        for written in dict.fromkeys((word, respoken(word))):
            found: dict[str, int] = {}
            for key in _word_keys(written):
                found.update(db.execute("SELECT word, id FROM words WHERE key = ? LIMIT ?", (key, _READ)))
            for other, score, _ in process.extract(written, list(found), scorer=Levenshtein.normalized_similarity, limit=_LOADED, score_cutoff=0.5):
                best[found[other]] = max(score, best.get(found[other], 0.0))
        return sorted(best, key=lambda n: (-best[n], n))[:_LOADED]

    def _entry(self, row: tuple[int, str, str | None, str, str | None, str | None, str, str]) -> Entry:
        _, name, gender, kind, role, country, native, aliases = row
        try:
            person = Person(name, gender, msgspec.json.decode(native, type=dict[str, str]), msgspec.json.decode(aliases, type=tuple[str, ...]), kind, role)
        except (msgspec.MsgspecError, ValueError, TypeError) as error:
            raise InputError(f"{self.path}: a damaged row ({error}); run `tqcheck names import` again") from error
        return msgspec.structs.replace(entry_of(person, country=country, given=False), file=self.path.name)


def _ways(words: Sequence[str]) -> Iterator[tuple[Sequence[str], Iterable[int]]]:
    """A name as written, with Russian's English undone, with initials put together again, and with the family name at the other
    end, each with its keys; the last only by its bones."""
    ways = dict.fromkeys((tuple(words), tuple(respoken(word) for word in words), unspelled(words) or tuple(words)))
    for way in ways:
        yield way, dict.fromkeys(_near_keys(way))
    crossed = (*words[1:], words[0])
    yield crossed, islice(_near_keys(crossed), 1)


class Writer:
    """Makes such a file: everything is written beside it, and takes its place only when it is whole.

    Used as a context manager; an error inside leaves what was there before. Raises InputError where it cannot be written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.people = 0
        self._made = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        self._staged = self.path.with_name(f"{self.path.name}.{os.getpid()}.keys")

    def __enter__(self) -> Writer:
        with self._writing():
            if self.path.exists() and self.path.stat().st_size and not is_store(self.path):
                raise InputError(f"{self.path}: exists and is no file of people; choose another --output")
            self._remove()
            self._db = sqlite3.connect(self._made)
            for pragma in ("journal_mode = OFF", "synchronous = OFF", f"application_id = {_APPLICATION}", f"user_version = {_rules() ^ FORMAT}"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(_SCHEMA)
            self._db.execute("ATTACH ? AS staged", (str(self._staged),))
            self._db.execute("PRAGMA staged.journal_mode = OFF")
            self._db.executescript(_STAGED)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                with self._writing():
                    for statement in _SORTED:
                        self._db.execute(statement)
                    self._db.commit()
                    self._db.close()
                    with open(self._made, "rb") as file:
                        os.fsync(file.fileno())
                    os.replace(self._made, self.path)
        finally:
            self._db.close()
            self._remove()

    def _remove(self) -> None:
        for path in (self._made, self._staged):
            path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise InputError(f"{self.path}: cannot be written ({error})") from error

    def add(self, people: Iterable[tuple[Person, str | None]]) -> None:
        """Writes people, each with a country (ISO 3166 code or name) or None, in batches, so that memory stays flat."""
        people = iter(people)
        while batch := list(islice(people, _BATCH)):
            with self._writing():
                self._write(batch)

    def _write(self, batch: Sequence[tuple[Person, str | None]]) -> None:
        rows, bearers, near = [], [], []
        single: dict[tuple[int, str], int] = {}
        for person, country in batch:
            self.people += 1
            number = self.people
            rows.append((
                number, person.name, person.gender, person.kind, person.role, country,
                msgspec.json.encode(person.native).decode(), msgspec.json.encode(person.aliases).decode(),
            ))  # fmt: skip
            bearers += [(_key("=", key), number) for key in exact_keys(person)]
            keyed: set[int] = set()
            words_of: set[str] = set()
            for words, _ in name_forms(person):
                words_of.add(words[-1])
                if len(words) > 1:
                    heard = _heard(words)
                    # One sound for a key is enough: the forms of a person that share it sound alike.
                    fresh = set(_near_keys(words)) - keyed
                    near += [(key, heard, number) for key in fresh]
                    keyed |= fresh
            for word in words_of:
                for key in _word_keys(word):
                    single.setdefault((key, word), number)
        self._db.executemany(f"INSERT INTO people ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._db.executemany("INSERT INTO staged.bearers VALUES (?, ?)", bearers)
        self._db.executemany("INSERT INTO staged.near VALUES (?, ?, ?)", near)
        self._db.executemany("INSERT INTO staged.words VALUES (?, ?, ?)", [(*key, number) for key, number in single.items()])
        self._db.commit()

