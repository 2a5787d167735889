"""A kafka-python client with a role in a rolling day. Usage: kafka_python_worker.py SPEC (JSON, see foreign/worker-spec.ts)."""
import json
import random
import signal
import sys
import time

from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import CommitFailedError, KafkaError
from kafka.structs import OffsetAndMetadata

from history import History, Values, key, payload, read

spec = json.loads(sys.argv[1])
chance = random.Random(spec['seed'])
history = History(spec['history'], spec['client'], spec['firstProcess'])
values = Values(spec['firstValue'])
PARTITIONS = spec['partitions']
CONNECTION = {'bootstrap_servers': spec['address'], 'client_id': spec['client']}
stopping = False


def stop(*_):
    global stopping
    stopping = True


signal.signal(signal.SIGTERM, stop)


def pause():
    time.sleep(chance.random() * spec['pauseMs'] / 500)


def name(topic, partition):
    return f'{topic}-{partition}'


def send(producer, partition, number):
    return producer.send(spec['topic'], payload(number), key(number), partition=partition, headers=[('n', b'%d' % number)])


def lanes():
    producer = KafkaProducer(**CONNECTION, compression_type=chance.choice([None, 'gzip']))
    processes = [history.new_process() for _ in range(6)]
    while not stopping:
        pending = []
        for index, process in enumerate(processes):
            partition, number = chance.randrange(PARTITIONS), values.take()
            history.write(process, 'invoke', 'send', [['send', name(spec['topic'], partition), number]])
            pending.append((index, process, partition, number, send(producer, partition, number)))
        for index, process, partition, number, future in pending:
            where = name(spec['topic'], partition)
            try:
                history.write(process, 'ok', 'send', [['send', where, [future.get(60).offset, number]]])
            except KafkaError as error:
                history.write(process, 'info', 'send', [['send', where, number]], error=type(error).__name__)
                processes[index] = history.new_process()
        pause()
    producer.close(30)


def transactions():
    def opened():
        producer = KafkaProducer(**CONNECTION, transactional_id=spec['transactionalId'], transaction_timeout_ms=15_000)
        producer.init_transactions()
        return producer

    producer, process = opened(), history.new_process()
    while not stopping:
        steps = [['send', name(spec['topic'], chance.randrange(PARTITIONS)), values.take()] for _ in range(1 + chance.randrange(6))]
        history.write(process, 'invoke', 'txn', steps)
        done = list(steps)
        try:
            producer.begin_transaction()
            futures = [send(producer, int(where.rsplit('-', 1)[1]), number) for _, where, number in steps]
            producer.flush(30)
            done = [['send', where, [future.get(30).offset, number]] for (_, where, number), future in zip(steps, futures)]
            if chance.random() < 0.2:
                producer.abort_transaction()
                history.write(process, 'fail', 'txn', done)
            else:
                producer.commit_transaction()
                history.write(process, 'ok', 'txn', done)
        except KafkaError as error:
            history.write(process, 'info', 'txn', done, error=type(error).__name__)
            producer.close(5)
            producer, process = opened(), history.new_process()
        pause()
    producer.close(30)


class Owned(ConsumerRebalanceListener):
    def __init__(self, process):
        self.process, self.owned, self.changed = process, [], []

    def on_partitions_revoked(self, revoked):
        lost = [name(each.topic, each.partition) for each in revoked]
        self.own([each for each in self.owned if each not in lost])

    def on_partitions_lost(self, lost):
        self.on_partitions_revoked(lost)

    def on_partitions_assigned(self, assigned):
        self.own(list(dict.fromkeys(self.owned + [name(each.topic, each.partition) for each in assigned])))

    def own(self, keys):
        self.changed += set(keys) ^ set(self.owned)
        self.owned = keys
        history.write(self.process, 'ok', 'own', {'group': spec['group'], 'keys': keys})


def poll(consumer, process, listener=None):
    history.write(process, 'invoke', 'poll', [['poll']])
    found = {}
    for where, records in consumer.poll(timeout_ms=300, max_records=100).items():
        found[name(where.topic, where.partition)] = [read(each.offset, each.key, each.value, each.headers) for each in records]
    rebalance = {} if listener is None else {'rebalance': list(dict.fromkeys(listener.changed))}
    if listener is not None:
        listener.changed = []
    history.write(process, 'ok', 'poll', [['poll', found]], **rebalance)
    return found


def members():
    process = history.new_process()
    listener = Owned(process)
    consumer = KafkaConsumer(
        **CONNECTION, group_id=spec['group'], isolation_level='read_committed', enable_auto_commit=False,
        auto_offset_reset='earliest', session_timeout_ms=10_000, heartbeat_interval_ms=500)
    history.write(process, 'invoke', 'subscribe', spec['keys'])
    history.write(process, 'ok', 'subscribe', spec['keys'])
    consumer.subscribe([spec['topic']], listener=listener)
    while not stopping:
        found = poll(consumer, process, listener)
        if found and chance.random() < 0.7:
            offsets = {where: reads[-1][0] + 1 for where, reads in found.items()}
            v = {'group': spec['group'], 'offsets': offsets}
            history.write(process, 'invoke', 'commit', v)
            try:
                consumer.commit({TopicPartition(*each.rsplit('-', 1)[:1], int(each.rsplit('-', 1)[1])): OffsetAndMetadata(offset, '', -1) for each, offset in offsets.items()})
                history.write(process, 'ok', 'commit', v)
            except CommitFailedError as error:  # the group has moved on: refused
                history.write(process, 'fail', 'commit', v, error=str(error)[:100])
            except KafkaError as error:
                history.write(process, 'info', 'commit', v, error=type(error).__name__)
                return
        pause()
    history.write(process, 'ok', 'own', {'group': spec['group'], 'keys': []})
    consumer.close(autocommit=False)


def readers():
    consumer = KafkaConsumer(**CONNECTION, isolation_level='read_committed', enable_auto_commit=False)
    process = history.new_process()
    partitions = [TopicPartition(each.rsplit('-', 1)[0], int(each.rsplit('-', 1)[1])) for each in spec['keys']]
    consumer.assign(partitions)
    while not stopping:
        history.write(process, 'invoke', 'assign', spec['keys'], seek='beginning')
        consumer.seek_to_beginning()
        if chance.random() < 0.7:  # near the end, where others write
            for where, end in consumer.end_offsets(partitions).items():
                consumer.seek(where, max(0, end - 300))
        history.write(process, 'ok', 'assign', spec['keys'], seek='beginning')
        again = time.time() + 5 + chance.random() * 20
        while not stopping and time.time() < again:
            poll(consumer, process)
            pause()
    consumer.close()


print('ready', flush=True)
{'lanes': lanes, 'transactions': transactions, 'members': members, 'readers': readers}[spec['role']]()
