"""How people use their assistants: honest use, honest heavy use, and ways to game usage figures.

A behaviour turns one person's week into sittings (when, how many prompts, how many results were accepted).
Gaming adds usage and no outcome; `Session.is_gaming` is truth and is written to `truth.json` only.
All sittings lie between 05:00 and 21:30 UTC, so that a day is the same day in UTC and in the company's zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from orchestration.sample_company.world.calendar import after, workdays
from orchestration.sample_company.world.model import Absence, Call, Person, Session
from orchestration.sample_company.world.rng import stream

ANTHROPIC_MODELS = (("claude-sonnet-5", 75), ("claude-opus-5", 15), ("claude-haiku-4-5", 10))


class Sitting(NamedTuple):
    """One planned session: at which hour (UTC), how many prompts, how many accepted results."""

    day: date
    hour: float
    prompts: int
    accepted: int
    is_gaming: bool = False


class Week(NamedTuple):
    """What a behaviour depends on: the monday, the days at work, the number of the week and of all weeks."""

    monday: date
    workdays: Sequence[date]
    number: int
    weeks: int

    @property
    def gaming_has_begun(self) -> bool:
        return self.number >= self.weeks // 3


Behaviour = Callable[[Random, Week], Iterator[Sitting]]


def _days(rng: Random, week: Week, share: float) -> list[date]:
    return [day for day in week.workdays if rng.random() < share]


def light(rng: Random, week: Week) -> Iterator[Sitting]:
    for day in _days(rng, week, 0.3):
        yield Sitting(day, rng.uniform(7, 14), 2 + rng.randrange(3), 1 + rng.randrange(2))


def honest(rng: Random, week: Week) -> Iterator[Sitting]:
    for day in _days(rng, week, 0.75):
        yield Sitting(day, rng.uniform(6, 9), 3 + rng.randrange(4), 2 + rng.randrange(3))
        if rng.random() < 0.5:
            yield Sitting(day, rng.uniform(11, 14), 2 + rng.randrange(4), 1 + rng.randrange(2))


def heavy(rng: Random, week: Week) -> Iterator[Sitting]:
    for day in _days(rng, week, 0.97):
        for hour in (6, 12):
            yield Sitting(day, hour + rng.random(), 5 + rng.randrange(4), 4 + rng.randrange(3))


def busy_loop(rng: Random, week: Week) -> Iterator[Sitting]:
    """Light use; later also one agent session every hour of every day, with nothing accepted."""
    yield from light(rng, week)
    if not week.gaming_has_begun:
        return
    for offset in range(7):
        for beat in range(8):
            jitter = rng.uniform(-0.02, 0.02)
            yield Sitting(week.monday + timedelta(days=offset), 6.1 + beat + jitter, 1, 0, True)


def threshold_chaser(rng: Random, week: Week) -> Iterator[Sitting]:
    """No use but one trivial prompt late in the week, so that the week counts as active."""
    if week.workdays and rng.random() < 0.92:
        yield Sitting(week.workdays[-1], rng.uniform(13, 15), 1, 0, True)


def leaderboard_sprinter(rng: Random, week: Week) -> Iterator[Sitting]:
    """Light use, and a burst on the two days before each fortnightly publication."""
    yield from light(rng, week)
    if week.gaming_has_begun and week.number % 2:
        for day in week.workdays[-2:]:
            for hour in (6, 10, 14):
                yield Sitting(day, hour + rng.random(), 14 + rng.randrange(8), 0, True)


def discard_everything(rng: Random, week: Week) -> Iterator[Sitting]:
    """Plausible work every day, with nothing accepted."""
    for day in _days(rng, week, 0.9):
        yield Sitting(day, rng.uniform(7, 13), 6 + rng.randrange(8), 0, True)


BEHAVIOURS: Mapping[str, Behaviour] = {
    "light": light,
    "honest": honest,
    "heavy": heavy,
    "tiny_pr_splitter": honest,
    "busy_loop": busy_loop,
    "threshold_chaser": threshold_chaser,
    "leaderboard_sprinter": leaderboard_sprinter,
    "discard_everything": discard_everything,
}
GAMING = frozenset({"busy_loop", "threshold_chaser", "leaderboard_sprinter", "discard_everything"})


def make_sessions(
    seed: int, people: Sequence[Person], absences: Mapping[str, Sequence[Absence]], first_monday: date, weeks: int
) -> list[Session]:
    """All sessions of everybody who has a tool, by person and time."""
    sessions: list[Session] = []
    for person in people:
        if person.tool == "none":
            continue
        rng = stream(seed, f"usage {person.hr_id}")
        for number in range(weeks):
            monday = first_monday + timedelta(weeks=number)
            week = Week(monday, workdays(person, absences.get(person.hr_id, ()), monday), number, weeks)
            sittings = sorted(BEHAVIOURS[person.behaviour](rng, week))
            sessions += [_session(rng, person, sitting) for sitting in sittings]
    return sessions


def _session(rng: Random, person: Person, sitting: Sitting) -> Session:
    at = after(datetime.combine(sitting.day, time(), UTC), sitting.hour)
    started, prompts, calls = at, [], []
    model = rng.choices([name for name, _ in ANTHROPIC_MODELS], [share for _, share in ANTHROPIC_MODELS])[0]
    context = rng.randrange(40_000, 160_000)
    for _ in range(sitting.prompts):
        prompts.append(at)
        for _ in range(1 + rng.randrange(3)):
            at = after(at, rng.uniform(0.002, 0.012))
            written = round(rng.lognormvariate(8.6, 0.7))
            calls.append(Call(at, model, 3 + rng.randrange(600), written, context,
                              round(rng.lognormvariate(7.0, 0.9)) + 1))  # fmt: skip
            context += written
        at = after(at, rng.uniform(0.005, 0.05))
    return Session(
        session_id=f"{rng.getrandbits(32):08x}-{rng.getrandbits(16):04x}-4{rng.getrandbits(12):03x}"
                   f"-a{rng.getrandbits(12):03x}-{rng.getrandbits(48):012x}",
        hr_id=person.hr_id, started_at=started, prompts=tuple(prompts), calls=tuple(calls),
        accepted=sitting.accepted, lines_added=sitting.accepted * (4 + rng.randrange(30)),
        is_gaming=sitting.is_gaming,
    )  # fmt: skip
