"""Consume, transform, produce, exactly once, as a librdkafka user writes it. Usage: copy_worker.py ADDRESS SLOT. Prints how many records each commit moved."""
import signal
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

ADDRESS, SLOT = sys.argv[1:]
BATCH = 500
TIMEOUT_S = 30
stopping = False


def stop(*_):
    global stopping
    stopping = True


def image(value):
    return b'%d' % (int(value) * 3 + 1)


def open_clients():
    # librdkafka 2.16 forgets its brokers when the last one goes away, and a TxnOffsetCommit to a forgotten coordinator is never sent: keep them.
    common = {'bootstrap.servers': ADDRESS, 'metadata.recovery.strategy': 'none'}
    producer = Producer({**common, 'transactional.id': f'copy-{SLOT}', 'transaction.timeout.ms': 20_000, 'linger.ms': 5})
    producer.init_transactions(TIMEOUT_S)
    # Never 'earliest' here. librdkafka 2.16 asks again when its ListOffsets is answered after the partition was revoked, and fetches what it does not own; the next
    # generation hands that to the application, and reads it once more from the committed offset. All partitions have one, so nothing is ever asked.
    consumer = Consumer({
        **common, 'group.id': 'copy', 'isolation.level': 'read_committed', 'enable.auto.commit': False,
        'auto.offset.reset': 'error', 'session.timeout.ms': 6_000, 'heartbeat.interval.ms': 500,
    })
    consumer.subscribe(['copy-in'])
    return producer, consumer


def copy(producer, consumer, messages):
    producer.begin_transaction()
    for message in messages:
        while True:
            try:
                producer.produce('copy-out', image(message.value()), message.key(), partition=message.partition())
                break
            except BufferError:
                producer.poll(0.1)
    offsets = {}
    for message in messages:
        offsets[message.topic(), message.partition()] = message.offset() + 1
    positions = [TopicPartition(topic, partition, offset) for (topic, partition), offset in offsets.items()]
    producer.send_offsets_to_transaction(positions, consumer.consumer_group_metadata(), TIMEOUT_S)
    while True:
        try:
            return producer.commit_transaction(TIMEOUT_S)
        except KafkaException as error:
            if not error.args[0].retriable():
                raise


def rewind(consumer):
    assigned = consumer.assignment()
    for each in consumer.committed(assigned, TIMEOUT_S) if assigned else []:
        consumer.seek(TopicPartition(each.topic, each.partition, each.offset if each.offset >= 0 else 0))


def run():
    producer, consumer = open_clients()
    while not stopping:
        messages = [message for message in consumer.consume(BATCH, 0.5) if message.error() is None]
        if not messages:
            continue
        try:
            copy(producer, consumer, messages)
            print('moved', len(messages), flush=True)
        except KafkaException as error:
            print('error', error.args[0].name(), error.args[0].str(), flush=True)
            if not error.args[0].txn_requires_abort():
                break  # fenced, or fatal: start again with new clients
            producer.abort_transaction(TIMEOUT_S)
            rewind(consumer)
    consumer.close()


signal.signal(signal.SIGTERM, stop)
while not stopping:
    try:
        run()
    except KafkaException as error:
        print('error', error.args[0].name(), error.args[0].str(), flush=True)
