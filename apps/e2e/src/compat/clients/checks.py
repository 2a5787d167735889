"""How a Python script tells what works: one JSON line per check, {"check": name, "error": text or null}. Its first argument is the broker's address."""
import json
import sys
import threading
import time
import traceback
import uuid

ADDRESS = sys.argv[1]
CHECKS = []


def check(name):
    """Registers a function as the check of that name."""
    def register(function):
        CHECKS.append((name, function))
        return function
    return register


def run():
    """Runs every check in order; the rest go on when one fails."""
    for name, function in CHECKS:
        start = time.monotonic()
        try:
            function()
            error = None
        except BaseException:
            error = ''.join(traceback.format_exc().splitlines(keepends=True)[-6:])
        print(json.dumps({'check': name, 'error': error, 'seconds': round(time.monotonic() - start, 2)}), flush=True)


def unique(name):
    """A name that no other run has used."""
    return f'{name}-{uuid.uuid4().hex[:8]}'


def until(what, holds, seconds=40):
    """Waits until it holds; says what did not happen."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f'not within {seconds} s: {what() if callable(what) else what}'
        time.sleep(0.05)


def raises(kinds, function):
    """Demands that it fails with one of these exceptions, and returns that."""
    try:
        function()
    except kinds as error:
        return error
    raise AssertionError(f'nothing was raised, expected {kinds}')


class Members:
    """Consumers of one group, each polled by a thread of its own. `open_consumer(member)` makes one, `poll(consumer)` yields (partition, offset)."""

    def __init__(self, open_consumer, poll, assignment):
        self.open_consumer, self.poll, self.assignment = open_consumer, poll, assignment
        self.found, self.assigned, self.threads, self.leaving, self.failed = [], {}, {}, set(), []

    def join(self, member):
        self.leaving.discard(member)
        self.threads[member] = threading.Thread(target=self._consume, args=(member,), daemon=True)
        self.threads[member].start()

    def leave(self, member):
        self.leaving.add(member)
        self.threads.pop(member).join(30)
        self.assigned.pop(member, None)

    def counts(self):
        assert not self.failed, self.failed
        return sorted(len(partitions) for partitions in self.assigned.values())

    def distinct(self):
        assert not self.failed, self.failed
        return len(set(self.found))

    def _consume(self, member):
        try:
            consumer = self.open_consumer(member)
            while member not in self.leaving:
                self.found.extend(self.poll(consumer))
                self.assigned[member] = sorted(self.assignment(consumer))
            consumer.close()
        except Exception:
            self.failed.append(traceback.format_exc())


def join_and_leave(members, send):
    """One member, a second comes, the second leaves; `send()` writes 100 records each time and all of them are read."""
    send()
    members.join('a')
    until(lambda: f'a has all partitions {members.assigned}', lambda: members.counts() == [4])
    until(lambda: f'a reads all {members.distinct()}', lambda: members.distinct() == 100)
    members.join('b')
    until(lambda: f'two partitions each {members.assigned}', lambda: members.counts() == [2, 2])
    send()
    until(lambda: f'both read {members.distinct()}', lambda: members.distinct() == 200)
    members.leave('b')
    until(lambda: f'a has all again {members.assigned}', lambda: members.counts() == [4])
    send()
    until(lambda: f'a reads on {members.distinct()}', lambda: members.distinct() == 300)
    members.leave('a')
