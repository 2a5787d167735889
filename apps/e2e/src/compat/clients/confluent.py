"""confluent-kafka (librdkafka): every codec, a group of two per strategy, transactions with aborts and fencing. Usage: confluent.py host:port"""
import sys
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

ADDRESS = {'bootstrap.servers': sys.argv[1]}


def create(*topics):
    admin = AdminClient(ADDRESS)
    for done in admin.create_topics(list(topics)).values():
        done.result()


def read_all(topic, partitions, isolation='read_uncommitted'):
    consumer = Consumer({**ADDRESS, 'group.id': 'reader', 'isolation.level': isolation, 'enable.partition.eof': True, 'enable.auto.commit': False, 'check.crcs': True})
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(partitions)])
    found, ended, end = [], set(), time.time() + 30
    while len(ended) < partitions:
        assert time.time() < end, ended
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition())
        elif not message.error():
            found.append(message.value())
    consumer.close()
    return found


def codecs():
    for codec in ['none', 'gzip', 'snappy', 'lz4', 'zstd']:
        topic = f'confluent-{codec}'
        create(NewTopic(topic, 1, 1))
        failed = []
        producer = Producer({**ADDRESS, 'compression.type': codec, 'enable.idempotence': True})
        sent = [b'value %d ' % number * 50 for number in range(100)]
        for value in sent:
            producer.produce(topic, value, headers=[('name', b'x'), ('null', None)], on_delivery=lambda error, _: failed.append(error) if error else None)
        assert producer.flush(20) == 0 and failed == [], failed
        assert read_all(topic, 1) == sent, codec
        print('codec', codec)


def group(name, settings):
    topic = f'confluent-{name}'
    create(NewTopic(topic, 4, 1))
    producer = Producer(ADDRESS)
    found, running, assigned = [], {'a', 'b'}, {}

    def send():
        for number in range(100):
            producer.produce(topic, b'%d' % number, partition=number % 4)
        assert producer.flush(20) == 0

    def consume(member):
        consumer = Consumer({**ADDRESS, 'group.id': topic, 'auto.offset.reset': 'earliest', **settings})
        consumer.subscribe([topic])
        while member in running:
            message = consumer.poll(0.1)
            assigned[member] = sorted(each.partition for each in consumer.assignment())
            if message is not None and not message.error():
                found.append((message.partition(), message.offset()))
        consumer.close()

    def until(what, holds):
        end = time.time() + 30
        while not holds():
            assert time.time() < end, what
            time.sleep(0.05)

    send()
    threads = {member: threading.Thread(target=consume, args=(member,)) for member in sorted(running)}
    threads['a'].start()
    until('a reads all', lambda: len(set(found)) == 100)
    threads['b'].start()
    until('two each', lambda: sorted(map(len, assigned.values())) == [2, 2])
    send()
    until('both read', lambda: len(set(found)) == 200)
    running.remove('b')
    threads['b'].join()
    until('a has all again', lambda: len(assigned['a']) == 4)
    send()
    until('a reads on', lambda: len(set(found)) == 300)
    running.clear()
    threads['a'].join()
    print('group', name)


def transactions():
    create(NewTopic('confluent-in', 2, 1), NewTopic('confluent-out', 2, 1))
    producer = Producer(ADDRESS)
    for number in range(100):
        producer.produce('confluent-in', b'%d' % number, partition=number % 2)
    assert producer.flush(20) == 0
    consumer = Consumer({**ADDRESS, 'group.id': 'confluent-transactions', 'auto.offset.reset': 'earliest', 'enable.auto.commit': False, 'isolation.level': 'read_committed'})
    consumer.subscribe(['confluent-in'])
    owner = Producer({**ADDRESS, 'transactional.id': 'confluent'})
    owner.init_transactions(30)
    moved, attempts, end = 0, 0, time.time() + 60
    while moved < 100:
        assert time.time() < end, moved
        messages = consumer.consume(10, 2.0)
        if not messages:
            continue
        attempts += 1
        owner.begin_transaction()
        for message in messages:
            owner.produce('confluent-out', message.value(), partition=message.partition())
        owner.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 30)
        if attempts % 3 == 0:
            owner.flush(30)  # an abort forgets what was not sent
            owner.abort_transaction(30)
            for each in consumer.committed(consumer.assignment(), 30):
                consumer.seek(TopicPartition(each.topic, each.partition, max(0, each.offset)))
        else:
            owner.commit_transaction(30)
            moved += len(messages)
    consumer.close()
    committed = read_all('confluent-out', 2, 'read_committed')
    assert sorted(map(int, committed)) == list(range(100)), 'output is not the image of the input'
    everything = len(read_all('confluent-out', 2))
    assert everything > 100, f'nothing was aborted: {everything} records after {attempts} transactions'
    print('transactions', attempts)

    Producer({**ADDRESS, 'transactional.id': 'confluent'}).init_transactions(30)
    try:
        owner.begin_transaction()
        owner.produce('confluent-out', b'late')
        owner.commit_transaction(30)
    except KafkaException as error:
        assert error.args[0].name() == '_FENCED', error
    else:
        raise AssertionError('the older producer was not fenced')
    print('fenced')


codecs()
for each in ['range', 'roundrobin', 'cooperative-sticky']:
    group(each, {'partition.assignment.strategy': each})
group('consumer', {'group.protocol': 'consumer'})
transactions()
