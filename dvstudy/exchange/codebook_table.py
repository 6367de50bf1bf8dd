"""A codebook as CSV, for programs: the whole definition but its worked examples and readings, one row a part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dvstudy import language as lang
from dvstudy.exchange import about
from dvstudy.exchange.safe import Texts, csv_bytes
from dvstudy.instruments import Instrument

Part = dict[str, str]


def table(instrument: Instrument, languages: Sequence[str], texts: Texts) -> bytes:
    """The codebook with the labels of all languages side by side."""
    rows = list(parts(instrument, languages))
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return csv_bytes([columns, *([texts(row.get(c, "")) for c in columns] for row in rows)], mark=True)


def parts(instrument: Instrument, languages: Sequence[str]) -> Iterator[Part]:
    """Rows of the CSV codebook: `part` says what a row describes, `of` to what it belongs."""
    say = _Say(languages)
    yield from _standing(instrument, say)
    for section in instrument.sections:
        yield {"part": "section", "code": section.id} | say(section.label)
    for one in instrument.items:
        asked = {f"label_{code}": about.question(instrument, one.id, code) for code in languages}
        fixed = {"part": "item", "code": one.id, "of": one.section, "number": one.number, "answers": one.answers}
        fixed |= {"role": one.role, "topic": one.construct_id, "time": one.time}
        yield fixed | asked | say(one.note, "note") | {"status": one.status, "source": one.source}
    for name, chosen in instrument.answer_sets.items():
        for answer in chosen.answers:
            yield {"part": "answer", "code": answer.code, "of": name, "value": str(answer.score)} | say(answer.label)
        for reason in chosen.missing:
            words = {code: lang.text(f"exchange.reason.{reason}", code) for code in languages}
            yield {"part": "reason", "code": reason, "of": name} | say(words)
    yield from ({"part": "exclusive", "code": first, "of": second} for first, second in instrument.excludes)
    yield from _rule_parts(instrument, say)
    yield from ({"part": "source", "code": name, "value": text} for name, text in instrument.sources.items())


def _standing(instrument: Instrument, say: _Say) -> Iterator[Part]:
    """What the form is, in law and in rights, and for whom."""
    head = {"part": "instrument", "code": instrument.id, "of": "", "number": "", "value": instrument.version}
    yield head | say(instrument.title) | {"role": instrument.informant} | say(instrument.notice, "note")
    if instrument.legal is not None:
        one = instrument.legal
        days = " to ".join(day.isoformat() if day else "" for day in (one.valid_from, one.valid_to)).strip()
        known = {"status": one.status, "source": one.source}
        yield {"part": "legal", "code": one.jurisdiction, "value": f"{one.gazette}; {days}"} | say(one.act) | known
    rights = instrument.rights
    known = {"status": rights.status, "source": rights.source}
    yield {"part": "rights", "value": rights.holder} | say(rights.training) | say(rights.licence, "note") | known
    whom = instrument.applicability
    yield {"part": "applicability", "value": ", ".join((*whom.relations, *whom.victims))} | say(whom.note, "note")
    yield from ({"part": "required", "code": one.code} | say(one.label) for one in whom.requires)


def _rule_parts(instrument: Instrument, say: _Say) -> Iterator[Part]:
    for score in instrument.scores:
        known = {"status": score.status, "source": score.source}
        role = "decides" if score.decides else "describes"
        yield {"part": "score", "code": score.id, "value": score.kind, "role": role} | say(score.label) | known
        for item, worth in about.worths(instrument, score):
            yield {"part": "worth", "code": item, "of": score.id, "value": worth}
    rule = instrument.rule
    known = {"status": rule.status, "source": rule.source}
    yield {"part": "rule", "code": "known" if rule.known else "not_known"} | say(rule.note, "note") | known
    for level in instrument.levels:
        how = f" {level.join} ".join(f"{c.score}>={c.at_least}" for c in level.when)
        yield {"part": "level", "code": level.code, "value": how} | say(level.label)
    if instrument.decision is not None:
        one = instrument.decision
        reach = {"value": f"level>={one.positive_from}"}
        yield {"part": "decision", "code": one.positive} | reach | say(one.positive_label)
        yield {"part": "decision", "code": one.negative} | say(one.negative_label)
    if instrument.judgement is not None:
        yield from ({"part": "rating", "code": item} for item in instrument.judgement.ratings)
        yield {"part": "level_from", "code": instrument.judgement.level_from}
    for parameter in instrument.parameters:
        limits = {"value": f"{parameter.least} to {parameter.most}", "source": parameter.source}
        yield {"part": "parameter", "code": parameter.id} | limits | say(parameter.label)


class _Say:
    """A label as one cell a language."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = languages

    def __call__(self, label: Mapping[str, str] | None, name: str = "label") -> Part:
        return {f"{name}_{code}": lang.pick(label, code) for code in self._languages} if label else {}
