from kafka import KafkaConsumer, TopicPartition
from kafka import errors
from kafka.structs import OffsetAndMetadata

from checks import ADDRESS, check, raises, run, unique, until
from common import create, producer, read_all, send_all


def owner(name):
    client = producer(transactional_id=name)
    client.init_transactions()
    return client


@check('committed is seen, aborted is not')
def commit_and_abort():
    topic, client = create('transactions'), owner(unique('kafka-python'))
    for number in range(6):
        client.begin_transaction()
        client.send(topic, b'%d' % number).get(20)
        client.abort_transaction() if number % 2 else client.commit_transaction()
    client.close()
    assert [record.value for record in read_all(topic, 3, isolation_level='read_committed')] == [b'0', b'2', b'4']
    assert len(read_all(topic, 6)) == 6


@check('an open transaction holds back read_committed')
def open_transaction():
    topic, client = create('open'), owner(unique('kafka-python'))
    client.begin_transaction()
    client.send(topic, b'first').get(20)
    send_all(topic, [b'after'])
    assert read_all(topic, 1, isolation_level='read_committed', seconds=2) == []
    client.commit_transaction()
    assert [record.value for record in read_all(topic, 2, isolation_level='read_committed')] == [b'first', b'after']
    client.close()


@check('offsets in the transaction')
def offsets():
    source, target = create('source'), create('target')
    send_all(source, [b'%d' % number for number in range(10)])
    consumer = KafkaConsumer(source, bootstrap_servers=ADDRESS, group_id=source, auto_offset_reset='earliest', enable_auto_commit=False)
    client, partition, records = owner(unique('kafka-python')), TopicPartition(source, 0), []
    while len(records) < 10:
        records += [record for batch in consumer.poll(500).values() for record in batch]
    for end, commits in [(5, True), (10, False)]:
        client.begin_transaction()
        for record in records[:end]:
            client.send(target, record.value)
        client.send_offsets_to_transaction({partition: OffsetAndMetadata(end, '', -1)}, consumer.group_metadata())
        client.commit_transaction() if commits else client.abort_transaction()
    assert consumer.committed(partition) == 5
    assert len(read_all(target, 6, isolation_level='read_committed', seconds=3)) == 5
    client.close()
    consumer.close()


@check('an older producer is fenced')
def fenced():
    topic, name = create('fenced'), unique('kafka-python')
    older = owner(name)
    older.begin_transaction()
    older.send(topic, b'old').get(20)
    newer = owner(name)

    def go_on():
        older.send(topic, b'late').get(20)
        older.commit_transaction()
    raises((errors.ProducerFencedError, errors.InvalidProducerEpochError, errors.KafkaError), go_on)
    newer.begin_transaction()
    newer.send(topic, b'new').get(20)
    newer.commit_transaction()
    newer.close()
    assert [record.value for record in read_all(topic, 2, isolation_level='read_committed', seconds=3)] == [b'new']


run()
