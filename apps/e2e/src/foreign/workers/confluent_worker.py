"""A librdkafka client with a role in a rolling day. Usage: confluent_worker.py SPEC (JSON, see foreign/worker-spec.ts)."""
import json
import os
import random
import signal
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from history import History, Values, key, payload, read

spec = json.loads(sys.argv[1])
chance = random.Random(spec['seed'])
history = History(spec['history'], spec['client'], spec['firstProcess'])
values = Values(spec['firstValue'])
PARTITIONS = spec['partitions']
CONNECTION = {'bootstrap.servers': spec['address'], 'client.id': spec['client'], 'topic.metadata.refresh.interval.ms': 5_000, 'metadata.recovery.strategy': 'none'}
TIMEOUT_S = 30
stopping = False


def stop(*_):
    global stopping
    stopping = True


signal.signal(signal.SIGTERM, stop)


def pause():
    time.sleep(chance.random() * spec['pauseMs'] / 500)


def name(topic, partition):
    return f'{topic}-{partition}'


def partition_of(where):
    topic, partition = where.rsplit('-', 1)
    return TopicPartition(topic, int(partition), 0)


def produce(producer, topic, partition, number, source='', on_delivery=None):
    producer.produce(topic, payload(number, source), key(number), partition=partition, headers=[('n', b'%d' % number)], on_delivery=on_delivery)


def lanes():
    """Several logical processes over one idempotent producer, each with one send under way."""
    producer = Producer({**CONNECTION, 'enable.idempotence': True, 'linger.ms': 2, 'compression.type': chance.choice(['none', 'gzip', 'snappy', 'lz4', 'zstd'])})
    processes = [history.new_process() for _ in range(8)]
    while not stopping:
        for index, process in enumerate(processes):
            topic, partition, number = spec['topic'], chance.randrange(PARTITIONS), values.take()
            history.write(process, 'invoke', 'send', [['send', name(topic, partition), number]])

            def delivered(error, message, process=process, index=index, number=number):
                where = name(message.topic(), message.partition())
                if error is None:
                    history.write(process, 'ok', 'send', [['send', where, [message.offset(), number]]])
                else:
                    history.write(process, 'info', 'send', [['send', where, number]], error=error.name())
                    processes[index] = history.new_process()
            produce(producer, topic, partition, number, on_delivery=delivered)
        producer.flush(60)
        pause()
    producer.flush(60)


def open_transactional():
    producer = Producer({**CONNECTION, 'transactional.id': spec['transactionalId'], 'transaction.timeout.ms': 15_000, 'linger.ms': 2})
    producer.init_transactions(TIMEOUT_S)
    return producer


def retried(action):
    while True:
        try:
            return action()
        except KafkaException as error:
            if not error.args[0].retriable():
                raise


class Attempt:
    """One transaction of one logical process: what was asked, and what came of each send."""
    def __init__(self, process, steps):
        self.process, self.steps = process, steps
        history.write(process, 'invoke', 'txn', steps)

    def send(self, producer, index, source=''):
        _, where, number = self.steps[index]
        topic, partition = where.rsplit('-', 1)

        def delivered(error, message):
            if error is None:
                self.steps[index] = ['send', where, [message.offset(), number]]
        produce(producer, topic, int(partition), number, source, delivered)

    def end(self, type, **extra):
        history.write(self.process, type, 'txn', self.steps, **extra)


def end_transaction(producer, attempt, error):
    """After an error: aborts if that may be done; returns whether the producer may go on."""
    if error.txn_requires_abort():
        try:
            retried(lambda: producer.abort_transaction(TIMEOUT_S))
            attempt.end('fail', error=error.name())
            return True
        except KafkaException as second:
            error = second.args[0]
    attempt.end('info', error=error.name())
    return False


def transactions():
    producer, process = open_transactional(), history.new_process()
    while not stopping:
        steps = [['send', name(spec['topic'], chance.randrange(PARTITIONS)), values.take()] for _ in range(1 + chance.randrange(8))]
        attempt = Attempt(process, steps)
        luck = chance.random()
        try:
            producer.begin_transaction()
            for index in range(len(steps)):
                attempt.send(producer, index)
            if luck < 0.02:
                producer.flush(TIMEOUT_S)
                os.kill(os.getpid(), signal.SIGKILL)  # in the middle of it
            if luck < 0.2:
                producer.flush(TIMEOUT_S)
                retried(lambda: producer.abort_transaction(TIMEOUT_S))
                attempt.end('fail')
            else:
                retried(lambda: producer.commit_transaction(TIMEOUT_S))
                attempt.end('ok')
        except KafkaException as error:
            if not end_transaction(producer, attempt, error.args[0]):
                producer, process = open_transactional(), history.new_process()
        pause()


class Member:
    """A consumer of a group: tells the history what it owns, in time."""
    def __init__(self):
        self.process, self.owned, self.changed = history.new_process(), [], []
        protocol = {'group.protocol': 'consumer'} if spec['protocol'] == 'consumer' else {
            'partition.assignment.strategy': spec['protocol'], 'session.timeout.ms': 10_000, 'heartbeat.interval.ms': 500}
        self.consumer = Consumer({
            **CONNECTION, **protocol, 'group.id': spec['group'], 'isolation.level': 'read_committed',
            'enable.auto.commit': False, 'auto.offset.reset': 'earliest'})
        history.write(self.process, 'invoke', 'subscribe', spec['keys'])
        history.write(self.process, 'ok', 'subscribe', spec['keys'])
        self.consumer.subscribe([spec['topic']], on_assign=self.on_assign, on_revoke=self.on_revoke, on_lost=self.on_revoke)

    def on_assign(self, _, partitions):
        self.own(self.owned + [name(each.topic, each.partition) for each in partitions])

    def on_revoke(self, _, partitions):
        lost = [name(each.topic, each.partition) for each in partitions]
        self.own([each for each in self.owned if each not in lost])

    def own(self, keys):
        self.changed += set(keys) ^ set(self.owned)
        self.owned = keys
        history.write(self.process, 'ok', 'own', {'group': spec['group'], 'keys': keys})

    def poll(self):
        """Messages and their reads. The process polls before anything is sent, so a change of hands is known by then."""
        messages = [each for each in self.consumer.consume(200, 0.3) if each.error() is None]
        found = {}
        for each in messages:
            found.setdefault(name(each.topic(), each.partition()), []).append(read(each.offset(), each.key(), each.value(), each.headers()))
        changed, self.changed = list(dict.fromkeys(self.changed)), []
        return messages, found, changed

    def retire(self):
        """After an unknown outcome: the same member under a new number."""
        history.write(self.process, 'info', 'crash')
        self.process = history.new_process()
        history.write(self.process, 'ok', 'own', {'group': spec['group'], 'keys': self.owned})
        history.write(self.process, 'invoke', 'subscribe', spec['keys'])
        history.write(self.process, 'ok', 'subscribe', spec['keys'])

    def close(self):
        history.write(self.process, 'ok', 'own', {'group': spec['group'], 'keys': []})
        self.consumer.close()


def ends(messages):
    offsets = {}
    for each in messages:
        offsets[each.topic(), each.partition()] = each.offset() + 1
    return offsets


def group_offsets(offsets):
    return {'group': spec['group'], 'offsets': {name(*where): offset for where, offset in offsets.items()}}


def members():
    member = Member()
    while not stopping:
        history.write(member.process, 'invoke', 'poll', [['poll']])
        messages, found, changed = member.poll()
        history.write(member.process, 'ok', 'poll', [['poll', found]], rebalance=changed)
        if messages and chance.random() < 0.7:
            commit(member, ends(messages))
        pause()
    member.close()


def commit(member, offsets):
    v = group_offsets(offsets)
    history.write(member.process, 'invoke', 'commit', v)
    try:
        done = member.consumer.commit(offsets=[TopicPartition(*where, offset) for where, offset in offsets.items()], asynchronous=False)
        refused = [each.error.name() for each in done if each.error is not None]
        history.write(member.process, 'fail' if refused else 'ok', 'commit', v, error=refused)
    except KafkaException as error:
        kind = error.args[0].name()
        if kind in ('ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'STALE_MEMBER_EPOCH', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID'):
            history.write(member.process, 'fail', 'commit', v, error=kind)
        else:
            history.write(member.process, 'info', 'commit', v, error=kind)
            member.retire()


def copiers():
    """Consume, transform, produce; offsets in the transaction. Reads again from what is committed after an abort."""
    member, producer = Member(), open_transactional()
    while not stopping:
        history.write(member.process, 'invoke', 'poll', [['poll']])
        messages, found, changed = member.poll()
        history.write(member.process, 'ok', 'poll', [['poll', found]], rebalance=changed)
        if not messages:
            continue
        steps = [['send', name(spec['outTopic'], each.partition()), values.take()] for each in messages]
        attempt = Attempt(member.process, list(steps))
        offsets = ends(messages)
        try:
            producer.begin_transaction()
            for index, each in enumerate(messages):
                attempt.send(producer, index, f'{name(each.topic(), each.partition())}@{each.offset()}')
            positions = [TopicPartition(*where, offset) for where, offset in offsets.items()]
            retried(lambda: producer.send_offsets_to_transaction(positions, member.consumer.consumer_group_metadata(), TIMEOUT_S))
            if chance.random() < 0.02:
                os.kill(os.getpid(), signal.SIGKILL)
            if chance.random() < 0.1:
                producer.flush(TIMEOUT_S)
                retried(lambda: producer.abort_transaction(TIMEOUT_S))
                attempt.end('fail')
                rewind(member)
            else:
                retried(lambda: producer.commit_transaction(TIMEOUT_S))
                attempt.end('ok', commit=group_offsets(offsets))
        except KafkaException as error:
            if end_transaction(producer, attempt, error.args[0]):
                rewind(member)
            else:
                member.retire()
                member.close()
                member, producer = Member(), open_transactional()
        pause()
    member.close()


def rewind(member):
    assigned = member.consumer.assignment()
    for each in member.consumer.committed(assigned, TIMEOUT_S) if assigned else []:
        member.consumer.seek(TopicPartition(each.topic, each.partition, max(0, each.offset)))
        member.changed.append(name(each.topic, each.partition))


def readers():
    """Reads everything by itself, again and again."""
    consumer = Consumer({**CONNECTION, 'group.id': f'{spec["client"]}-reader', 'isolation.level': 'read_committed', 'enable.auto.commit': False})
    process = history.new_process()
    while not stopping:
        history.write(process, 'invoke', 'assign', spec['keys'], seek='beginning')
        starts = [partition_of(each) for each in spec['keys']]
        if chance.random() < 0.7:  # near the end, where others write
            for each in starts:
                each.offset = max(0, consumer.get_watermark_offsets(each, 30)[1] - 300)
        consumer.assign(starts)
        history.write(process, 'ok', 'assign', spec['keys'], seek='beginning')
        again = time.time() + 5 + chance.random() * 20
        while not stopping and time.time() < again:
            history.write(process, 'invoke', 'poll', [['poll']])
            found = {}
            for each in consumer.consume(100, 0.3):
                if each.error() is None:
                    found.setdefault(name(each.topic(), each.partition()), []).append(read(each.offset(), each.key(), each.value(), each.headers()))
            history.write(process, 'ok', 'poll', [['poll', found]])
            pause()
    consumer.close()


def final():
    """Every key from its beginning to its end."""
    consumer = Consumer({**CONNECTION, 'group.id': 'final', 'isolation.level': 'read_committed', 'enable.auto.commit': False, 'enable.partition.eof': True})
    process = history.new_process()
    where = [partition_of(each) for each in spec['keys']]
    numbers, sources = {}, {}
    history.write(process, 'invoke', 'assign', spec['keys'], seek='beginning')
    consumer.assign(where)
    history.write(process, 'ok', 'assign', spec['keys'], seek='beginning')
    ends_wanted = {name(each.topic, each.partition): consumer.get_watermark_offsets(each, 30)[1] for each in where}
    ended, deadline = set(), time.time() + spec['finalMs'] / 1000
    while len(ended) < len(where) and time.time() < deadline:
        history.write(process, 'invoke', 'poll', [['poll']])
        found = {}
        for each in consumer.consume(2_000, 1.0):
            if each.error() is None:
                if each.topic() == spec['outTopic']:
                    sources.setdefault(each.partition(), []).append(each.value().split(b':')[1].decode())
                elif each.topic() == spec['topic']:
                    numbers.setdefault(each.partition(), []).append(f'{name(each.topic(), each.partition())}@{each.offset()}')
                found.setdefault(name(each.topic(), each.partition()), []).append(read(each.offset(), each.key(), each.value(), each.headers()))
            elif consumer.get_watermark_offsets(TopicPartition(each.topic(), each.partition()), 30)[1] <= each.offset():
                ended.add((each.topic(), each.partition()))
        history.write(process, 'ok', 'poll', [['poll', found]])
    for each in where:
        keys = {name(each.topic, each.partition): ends_wanted[name(each.topic, each.partition)]}
        last = history.new_process()
        history.write(last, 'invoke', 'final', keys)
        history.write(last, 'ok' if (each.topic, each.partition) in ended else 'info', 'final', keys)
    consumer.close()
    wrong = [partition for partition, copied in sources.items() if copied != numbers.get(partition, [])[:len(copied)]]
    print(json.dumps({'copied': sum(map(len, sources.values())), 'copiedWrong': len(wrong), 'wrong': wrong}))


print('ready', flush=True)
{'lanes': lanes, 'transactions': transactions, 'members': members, 'copiers': copiers, 'readers': readers, 'final': final}[spec['role']]()
