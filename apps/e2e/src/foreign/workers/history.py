"""A worker's part of the history (docs/protocol/history.md): its own file, times from the machine's monotonic clock; the scenario merges and numbers the lines."""
import json
import os
import time


class History:
    def __init__(self, path, client, first_process):
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.client, self.next_process = client, first_process

    def new_process(self):
        self.next_process += 1
        return self.next_process - 1

    def write(self, process, type, f, v=None, **extra):
        event = {'t': time.monotonic_ns(), 'p': process, 'type': type, 'f': f, 'client': self.client, **extra}
        if v is not None:
            event['v'] = v
        os.write(self.file, (json.dumps(event) + '\n').encode())


def payload(number, source=''):
    """Bytes that follow from the number, so that a damaged or mixed-up one is told from a whole one; a copy names what it was made from."""
    return f'{number}:{source}:{chr(97 + number % 26) * (number % 200)}'.encode()


def key(number):
    return b'k%d' % (number % 97)


def read(offset, record_key, value, headers):
    """A read as the history wants it, with what is wrong with it."""
    try:
        number, source = value.decode().split(':')[:2]
        number = int(number)
    except (ValueError, AttributeError):
        return [offset, -1, f'payload {value!r:.40}']
    if value != payload(number, source):
        return [offset, number, 'payload differs']
    if record_key != key(number):
        return [offset, number, f'key {record_key!r:.40}']
    if [(name, bytes(each)) for name, each in headers or []] != [('n', b'%d' % number)]:
        return [offset, number, f'headers {headers!r:.60}']
    return [offset, number]


class Values:
    """Numbers that no other worker sends."""
    def __init__(self, first):
        self.next = first

    def take(self):
        self.next += 1
        return self.next - 1
