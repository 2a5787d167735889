"""Numbers into every partition, acks=all, for as long as it runs. Usage: numbered_load.py ADDRESS TOPIC PARTITIONS.

Each line is JSON: what was acknowledged by partition, and for how long a partition stood still at most since the last line. SIGUSR1 stops writing; then everything
is read back by one consumer and compared, and the last line says what was found."""
import json
import signal
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition

ADDRESS, TOPIC, PARTITIONS = sys.argv[1], sys.argv[2], int(sys.argv[3])
CONNECTION = {'bootstrap.servers': ADDRESS}
IN_FLIGHT_MAX = 20_000
LINE_SECONDS = 0.2
PAUSE_SECONDS = 0.01

sent = [0] * PARTITIONS
acked = [0] * PARTITIONS
moved_at = [time.monotonic()] * PARTITIONS
longest = [0.0] * PARTITIONS
failures = []
stopping = False


def stop(*_):
    global stopping
    stopping = True


def delivered(error, message):
    if error:
        failures.append(str(error))
        return
    partition, now = message.partition(), time.monotonic()
    longest[partition] = max(longest[partition], now - moved_at[partition])
    moved_at[partition] = now
    acked[partition] += 1


def look():
    now = time.monotonic()
    for partition in range(PARTITIONS):
        longest[partition] = max(longest[partition], now - moved_at[partition])
    print(json.dumps({'acked': acked, 'longestMs': [round(each * 1000) for each in longest]}), flush=True)
    longest[:] = [0.0] * PARTITIONS


def write():
    producer = Producer({**CONNECTION, 'enable.idempotence': True, 'acks': 'all', 'linger.ms': 5, 'delivery.timeout.ms': 120_000})
    line_at = time.monotonic()
    while not stopping:
        for partition in range(PARTITIONS):
            if len(producer) < IN_FLIGHT_MAX:
                producer.produce(TOPIC, b'%d' % sent[partition], partition=partition, on_delivery=delivered)
                sent[partition] += 1
        producer.poll(PAUSE_SECONDS)
        if time.monotonic() - line_at >= LINE_SECONDS:
            line_at = time.monotonic()
            look()
    return producer.flush(120)


def read():
    consumer = Consumer({**CONNECTION, 'group.id': 'image', 'enable.auto.commit': False, 'enable.partition.eof': True})
    consumer.assign([TopicPartition(TOPIC, partition, 0) for partition in range(PARTITIONS)])
    found = [[] for _ in range(PARTITIONS)]
    ended = set()
    deadline = time.monotonic() + 120
    while len(ended) < PARTITIONS and time.monotonic() < deadline:
        for message in consumer.consume(10_000, 1.0):
            if message.error() is None:
                found[message.partition()].append(int(message.value()))
                ended.discard(message.partition())
            else:
                ended.add(message.partition())
    consumer.close()
    return found


signal.signal(signal.SIGUSR1, stop)
unsent = write()
found = read()
print(json.dumps({
    'done': True,
    'failures': failures[:3],
    'unsent': unsent,
    'records': sum(acked),
    'lost': sum(len(set(range(sent[each])) - set(found[each])) for each in range(PARTITIONS)),
    'doubled': sum(len(numbers) - len(set(numbers)) for numbers in found),
    'reordered': sum(sum(a > b for a, b in zip(numbers, numbers[1:])) for numbers in found),
}), flush=True)
