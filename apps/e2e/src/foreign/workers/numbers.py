"""Writes numbers, and checks their image. Usage: numbers.py ADDRESS fill|check RECORDS PARTITIONS REPLICAS. The last line is JSON."""
import json
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

ADDRESS, COMMAND, RECORDS, PARTITIONS, REPLICAS = sys.argv[1:3] + [int(each) for each in sys.argv[3:]]
CONNECTION = {'bootstrap.servers': ADDRESS}


def fill():
    admin = AdminClient(CONNECTION)
    for future in admin.create_topics([NewTopic(topic, PARTITIONS, REPLICAS) for topic in ('copy-in', 'copy-out')]).values():
        future.result(30)
    failures = []
    producer = Producer({**CONNECTION, 'enable.idempotence': True, 'linger.ms': 20, 'queue.buffering.max.messages': 200_000})
    for number in range(RECORDS):
        while True:
            try:
                producer.produce('copy-in', b'%d' % number, partition=number % PARTITIONS, on_delivery=lambda error, _: error and failures.append(str(error)))
                break
            except BufferError:
                producer.poll(0.2)
        if number % 1_000 == 0:
            producer.poll(0)
    left = producer.flush(120)
    # The group begins with offsets, see copy_worker.py.
    group = Consumer({**CONNECTION, 'group.id': 'copy', 'enable.auto.commit': False})
    group.commit(offsets=[TopicPartition('copy-in', partition, 0) for partition in range(PARTITIONS)], asynchronous=False)
    group.close()
    return {'unsent': left, 'failures': failures[:3]}


def check():
    """Partition by partition, the output must be the image of the input, in its order."""
    consumer = Consumer({**CONNECTION, 'group.id': 'check', 'isolation.level': 'read_committed', 'enable.auto.commit': False, 'enable.partition.eof': True})
    consumer.assign([TopicPartition('copy-out', partition, 0) for partition in range(PARTITIONS)])
    found = [[] for _ in range(PARTITIONS)]
    ended = set()
    deadline = time.time() + 240
    while len(ended) < PARTITIONS and time.time() < deadline:
        for message in consumer.consume(10_000, 1.0):
            if message.error() is None:
                found[message.partition()].append(int(message.value()))
                ended.discard(message.partition())
            else:
                ended.add(message.partition())
    consumer.close()
    counts = {'read': sum(map(len, found)), 'twice': 0, 'missing': 0, 'disordered': 0, 'ended': len(ended)}
    for partition, numbers in enumerate(found):
        expected = [number * 3 + 1 for number in range(partition, RECORDS, PARTITIONS)]
        counts['twice'] += len(numbers) - len(set(numbers))
        counts['missing'] += len(set(expected) - set(numbers))
        counts['disordered'] += numbers != expected
    return counts


print(json.dumps({'fill': fill, 'check': check}[COMMAND]()))
