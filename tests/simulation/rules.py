"""What has to hold in every story, written down a second time, without a look at how the core does it."""

import math
from collections.abc import Iterator

from simulation.clock import BEGINNING
from simulation.scenario import CallRecord, Sent
from simulation.server import http_date
from simulation.story import Story
from simulation.waiting_rules import complaints_of_waits
from simulation.worker import UNSENT

from pandocast_sdk._core.protocol import FailureKind, WireResponse

INSTANT = 1e-6
SLOTS = 7  # of the window that is granted when all is over
LONG_AFTER = 3 * 86_400.0  # seconds: no reset that a budget believes is as far away
MOST_REFUSALS = 10  # that one call waits out
LEARNING = 1.01  # seconds: the wait for the first answer, which `max_wait` does not bound

_FINAL = {"POOL_TIMEOUT", "TOO_LARGE"}  # kinds of failure after which nothing is sent again, not even a read
_ERRORS: dict[int | str, str] = {
    "NOT_CONNECTED": "APIConnectionError",
    "CONNECT_TIMEOUT": "APITimeoutError",
    "POOL_TIMEOUT": "PoolTimeoutError",
    "TIMEOUT": "APITimeoutError",
    "BROKEN": "APIConnectionError",
    "TOO_LARGE": "ResponseValidationError",
    302: "APIStatusError",
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    408: "APIStatusError",
    409: "ConflictError",
    422: "APIStatusError",
    429: "RateLimitError",
}


def complaints(story: Story) -> list[str]:
    """Say which rules a story breaks; empty when it keeps them all."""
    return [
        *_of_calls(story),
        *_of_order(story),
        *_of_windows(story),
        *complaints_of_waits(story),
        *_of_slots(story),
    ]


def _of_calls(story: Story) -> Iterator[str]:
    if len(story.calls) != story.scenario.calls:
        yield f"{len(story.calls)} of {story.scenario.calls} calls were made"
    for call in story.calls:
        for rule in (_ends_once, _acts_once, _sends_again, _is_in_time, _errs_rightly):
            for complaint in rule(story, call):
                yield f"call {call.number} {complaint}"


def _ends_once(_story: Story, call: CallRecord) -> Iterator[str]:
    if math.isnan(call.ended):
        yield "never ends"
    if (call.result is not None) + call.cancelled + (call.error is not None) != 1:
        yield "has not one end"
    if call.result is not None and (call.result != call.number or not _good(call.attempts[-1].outcome)):
        yield f"gives {call.result}"
    if any(_good(attempt.outcome) for attempt in call.attempts[:-1]):
        yield "goes on after it was answered"


def _acts_once(story: Story, call: CallRecord) -> Iterator[str]:
    acted = story.server.acted[call.number]
    if not call.writes:
        return
    if acted > 1:
        yield f"acts {acted} times"
    if call.result is not None and acted != 1:
        yield "claims to have acted"
    if call.error is not None and acted and not unknown(call.error):
        yield "has acted, and its error denies it"


def _sends_again(_story: Story, call: CallRecord) -> Iterator[str]:
    """Judge every attempt but the last by what came of it: was it right to send again, and not too early?"""
    counted = refused = 0
    for attempt, following in zip(call.attempts, call.attempts[1:], strict=False):
        if call.writes and may_have_acted(attempt):
            yield f"is a write, and is sent again after {attempt.outcome}"
        if not _may_be_repeated(attempt):
            yield f"is sent again after {attempt.outcome}"
        if attempt.wait is not None and following.at < attempt.received + attempt.wait - INSTANT:
            yield f"should wait for {attempt.wait} s and waits for {following.at - attempt.received} s"
        counts = attempt.outcome != 429 or attempt.names_no_time or not call.client.paced
        counted, refused = counted + counts, refused + (not counts)
    if refused > MOST_REFUSALS:
        yield f"is sent again after {refused} refusals"
    if counted > call.client.max_retries:
        yield f"is sent again {counted} times"


def _is_in_time(_story: Story, call: CallRecord) -> Iterator[str]:
    client = call.client
    if client.deadline is not None and call.ended - call.began > client.deadline + INSTANT:
        yield f"ends {call.ended - call.began - client.deadline} s after its deadline"
    if call.most_steps > 6 + 2 * (client.max_retries + 1):  # a send and a wait an attempt, and few more
        yield f"takes {call.most_steps} steps in a second"
    longest = 0.0 if client.policy.mode == "raise" else client.policy.max_wait
    if call.longest_wait > max(longest, LEARNING):
        yield f"waits for {call.longest_wait} s at once"


def _errs_rightly(story: Story, call: CallRecord) -> Iterator[str]:
    error = call.error
    if error is None:
        return
    last = call.attempts[-1] if call.attempts else None
    if unknown(error) != (call.writes and last is not None and may_have_acted(last)):
        yield f"says outcome_unknown={unknown(error)} after {last and last.outcome}"
    name = type(error).__name__
    if getattr(getattr(error, "request", None), "operation", None) != "simulated":
        yield "ends with an error that does not name its operation"
    if name == "DeadlineExceededError":
        if not _could_end_by_deadline(call, last):
            yield f"blames a deadline after {last and last.outcome}"
    elif last is None or (name == "RateLimitError" and last.outcome != 429):
        yield from _was_held_back(call, name)
    elif name != _error_after(last.outcome):
        yield f"ends with {name} after {last.outcome}"
    elif isinstance(last.outcome, int) and getattr(error, "status_code", None) != last.outcome:
        yield f"names another status than {last.outcome}"
    else:
        yield from _gives_up(story, call, last)
        yield from _tells_the_time(story, call, last)


def _could_end_by_deadline(call: CallRecord, last: Sent | None) -> bool:
    """Whether a call was cut off by its deadline, or had to wait for something before or after an attempt."""
    deadline = call.client.deadline
    if deadline is None:
        return False
    if last is None or _may_be_repeated(last):
        return True
    return isinstance(last.outcome, str) and call.ended - call.began >= deadline - INSTANT


def _was_held_back(call: CallRecord, name: str) -> Iterator[str]:
    """Judge an error for which nothing was sent: only a spent window is a reason."""
    policy = call.client.policy
    seconds = getattr(call.error, "retry_after", None)
    if name != "RateLimitError" or policy.mode == "off":
        yield f"ends with {name} without being sent"
    elif seconds is None or (policy.mode == "wait" and seconds <= policy.max_wait):
        yield f"is held back for {seconds} s and does not wait"


def _gives_up(story: Story, call: CallRecord, last: Sent) -> Iterator[str]:
    """Judge a call that ends with what came of its last attempt: it must have had no other chance."""
    client, policy = call.client, call.client.policy
    misled = story.scenario.lies > 0 and any(sent.outcome == 429 for sent in call.attempts)
    unclear = misled or any(sent.twisted or sent.came_late for sent in call.attempts)
    final = not _may_be_repeated(last) or (call.writes and may_have_acted(last))
    late = client.deadline is not None and last.received - call.began >= client.deadline - INSTANT
    if unclear or final or late or (last.outcome == 429 and policy.mode == "raise"):
        return
    seconds = getattr(call.error, "retry_after", None) if last.outcome == 429 else last.wait_at_most
    if seconds is not None and seconds > policy.max_wait:
        return
    waited_out = sum(sent.outcome == 429 and not sent.names_no_time for sent in call.attempts)
    if last.outcome == 429 and client.paced and waited_out > MOST_REFUSALS:
        return
    if len(call.attempts) <= client.max_retries + (waited_out if client.paced else 0):
        yield f"gives up after {len(call.attempts)} attempts, the last {last.outcome}"


def _tells_the_time(story: Story, call: CallRecord, last: Sent) -> Iterator[str]:
    """Judge the seconds in the error of a refusal against the server's own clock."""
    facts = story.scenario
    if last.outcome != 429 or not facts.sharp or facts.lies or last.came_late:
        return
    if any(last.received <= BEGINNING + after <= call.ended for after, _ in facts.server_jumps):
        return  # what others have received since is true
    true = last.until_reset if last.wait is None else last.wait
    said = getattr(call.error, "retry_after", None)
    unsure = 2.5 + facts.latency[1]  # the second of a `Date`, the rounding of a `Retry-After`, the way here
    if not math.isnan(true) and (said is None or not -INSTANT <= said - true <= unsure):
        yield f"says to wait for {said} s, and it is {true} s"


def _of_order(story: Story) -> Iterator[str]:
    """Whoever was queued first is sent first."""
    latest, first = -math.inf, None
    for call in story.calls:
        if not call.client.paced or not call.attempts:
            continue
        if call.first_sent < latest - INSTANT:
            yield f"call {call.number} is sent before call {first}, which came earlier"
        if call.first_sent > latest:
            latest, first = call.first_sent, call.number
        if len(call.attempts) > 1 and call.attempts[0].outcome == 429 and not call.attempts[0].then_paused:
            yield from _goes_back(story, call)


def _goes_back(story: Story, refused: CallRecord) -> Iterator[str]:
    """Whoever is refused keeps its ticket in the queue."""
    since, until = refused.attempts[0].received, refused.attempts[1].at
    for call in story.calls[refused.number + 1 :]:
        if call.client.paced and any(since < attempt.at < until for attempt in call.attempts):
            yield f"call {call.number} is sent while call {refused.number} waits, which came earlier"


def _of_windows(story: Story) -> Iterator[str]:
    facts = story.scenario
    if not facts.truthful:
        return
    if story.avoidable:
        yield f"calls {story.avoidable} are sent into a window that is known to be spent"
    if facts.alone and facts.lossless and facts.learnable and story.server.spent:
        yield f"{story.server.spent} requests are sent into a spent window, alone with an honest server"


def _of_slots(story: Story) -> Iterator[str]:
    """When all is over, the budget has to grant a whole window, and no more."""
    budget, clock = story.budget, story.clock
    clock.now += LONG_AFTER
    if budget.poll(budget.enqueue()) is not None:
        yield "the queue is held up when all is over"
        return
    budget.on_outcome(_teach(story, limit=SLOTS))
    clock.now += LONG_AFTER
    granted = 0
    while granted < 2 * SLOTS and budget.poll(budget.enqueue()) is None:
        granted += 1
    if granted != SLOTS:
        yield f"when all is over, {granted} of {SLOTS} slots are granted"


def _teach(story: Story, *, limit: int) -> WireResponse:
    """Answer the first request of a window as an honest server does."""
    now = int(story.server.time())
    values = {"Limit": limit, "Remaining": limit - 1, "Reset": now + 60}
    headers = [(f"X-RateLimit-{name}".encode(), b"%d" % value) for name, value in values.items()]
    headers.append((b"Date", http_date(now)))
    return WireResponse(200, headers, b"1", story.clock.now, story.clock.now)


def may_have_acted(attempt: Sent) -> bool:
    outcome = attempt.outcome
    if isinstance(outcome, str):
        return FailureKind[outcome] not in UNSENT
    return outcome is not None and not (400 <= outcome < 500 and outcome != 408)


def unknown(error: Exception) -> bool:
    return bool(getattr(error, "outcome_unknown", False))


def _good(outcome: int | str | None) -> bool:
    return isinstance(outcome, int) and 200 <= outcome < 300


def _may_be_repeated(attempt: Sent) -> bool:
    """Whether what came of an attempt leaves a call another chance, reads at least."""
    outcome = attempt.outcome
    if isinstance(outcome, int):
        return outcome >= 500 or outcome in {408, 429}
    return outcome not in _FINAL


def _error_after(outcome: int | str | None) -> str | None:
    if isinstance(outcome, int) and 200 <= outcome < 300:
        return "ResponseValidationError"
    if isinstance(outcome, int) and outcome >= 500:
        return "InternalServerError"
    return None if outcome is None else _ERRORS[outcome]
