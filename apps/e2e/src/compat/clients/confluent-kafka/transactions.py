import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from checks import check, raises, run, unique
from common import SETTINGS, create, read_all, send_all


def owner(name):
    producer = Producer({**SETTINGS, 'transactional.id': name})
    producer.init_transactions(30)
    return producer


@check('committed is seen, aborted is not')
def commit_and_abort():
    topic, producer = create('transactions'), owner(unique('confluent'))
    for number in range(6):
        producer.begin_transaction()
        producer.produce(topic, b'%d' % number)
        producer.flush(20)
        producer.abort_transaction(20) if number % 2 else producer.commit_transaction(20)
    assert [message.value() for message in read_all(topic, isolation='read_committed')] == [b'0', b'2', b'4']
    assert len(read_all(topic)) == 6


@check('consume, transform, produce: with aborts, complete and once')
def exactly_once():
    source, target = create('in', 2), create('out', 2)
    send_all(source, [b'%d' % number for number in range(100)], partition=lambda value: int(value) % 2)
    consumer = Consumer({**SETTINGS, 'group.id': source, 'auto.offset.reset': 'earliest', 'enable.auto.commit': False, 'isolation.level': 'read_committed'})
    consumer.subscribe([source])
    producer, moved, attempts, end = owner(unique('confluent')), 0, 0, time.monotonic() + 60
    while moved < 100:
        assert time.monotonic() < end, moved
        messages = consumer.consume(10, 2.0)
        if not messages:
            continue
        attempts += 1
        producer.begin_transaction()
        for message in messages:
            producer.produce(target, message.value(), partition=message.partition())
        producer.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 30)
        if attempts % 3 == 0:
            producer.flush(30)  # an abort forgets what was not sent
            producer.abort_transaction(30)
            for each in consumer.committed(consumer.assignment(), 30):
                consumer.seek(TopicPartition(each.topic, each.partition, max(0, each.offset)))
        else:
            producer.commit_transaction(30)
            moved += len(messages)
    consumer.close()
    committed = [int(message.value()) for message in read_all(target, 2, 'read_committed')]
    assert sorted(committed) == list(range(100)), 'output is not the image of the input'
    assert len(read_all(target, 2)) > 100, f'nothing was aborted in {attempts} transactions'


@check('an older producer is fenced')
def fenced():
    topic, name = create('fenced'), unique('confluent')
    older = owner(name)
    older.begin_transaction()
    older.produce(topic, b'old')
    older.flush(20)
    owner(name)

    def go_on():
        older.produce(topic, b'late')
        older.commit_transaction(30)
    error = raises(KafkaException, go_on)
    assert error.args[0].name() == '_FENCED', error
    assert read_all(topic, isolation='read_committed') == []


run()
