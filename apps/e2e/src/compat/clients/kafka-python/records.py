import time

from kafka import KafkaConsumer, TopicPartition

from checks import ADDRESS, check, run
from common import create, producer, read_all, send_all


@check('headers: order, duplicates, empty values')
def headers():
    topic, client, sent = create('headers'), producer(), [('a', b'1'), ('a', b'2'), ('b', b''), ('é', b'\x00\xff')]
    client.send(topic, b'value', headers=sent).get(20)
    client.close()
    assert read_all(topic, 1)[0].headers == sent


@check('null and empty keys and values')
def nulls():
    topic, client = create('nulls'), producer()
    pairs = [(None, b'v'), (b'k', None), (b'', b''), (b'k', b'v')]
    for key, value in pairs:
        client.send(topic, value=value, key=key).get(20)
    client.close()
    assert [(record.key, record.value) for record in read_all(topic, 4)] == pairs


@check('a record of 1,000,000 bytes; 5 MB where the topic allows it')
def large():
    for size, configs in [(1_000_000, None), (5_000_000, {'max.message.bytes': '6000000'})]:
        topic, value = create('large', configs=configs), bytes(range(256)) * (size // 256)
        send_all(topic, [value], max_request_size=8_000_000)
        assert read_all(topic, 1)[0].value == value, size


@check('timestamps: CreateTime')
def create_time():
    topic, client, now = create('create-time'), producer(), int(time.time() * 1000) - 60_000
    client.send(topic, b'v', timestamp_ms=now).get(20)
    client.close()
    record = read_all(topic, 1)[0]
    assert (record.timestamp, record.timestamp_type) == (now, 0), record


@check('timestamps: LogAppendTime')
def log_append_time():
    topic, client, now = create('append-time', configs={'message.timestamp.type': 'LogAppendTime'}), producer(), int(time.time() * 1000)
    answer = client.send(topic, b'v', timestamp_ms=1_000).get(20)
    client.close()
    record = read_all(topic, 1)[0]
    assert record.timestamp_type == 1 and abs(record.timestamp - now) < 60_000 and answer.timestamp == record.timestamp, (record, answer)


@check('offsets for times, first and last offsets')
def offsets():
    topic, client, start = create('times'), producer(), int(time.time() * 1000) - 100_000
    for number in range(10):
        client.send(topic, b'v', timestamp_ms=start + number * 1_000).get(20)
    client.close()
    partition, consumer = TopicPartition(topic, 0), KafkaConsumer(bootstrap_servers=ADDRESS)
    for at, expected in [(0, 0), (start + 4_500, 5), (start + 9_000, 9)]:
        assert consumer.offsets_for_times({partition: at})[partition].offset == expected, at
    assert consumer.offsets_for_times({partition: start + 60_000})[partition] is None
    assert consumer.beginning_offsets([partition]) == {partition: 0} and consumer.end_offsets([partition]) == {partition: 10}
    consumer.close()


@check('seek, pause and resume')
def seek():
    topic = create('seek')
    send_all(topic, [b'%d' % number for number in range(20)])
    partition, consumer = TopicPartition(topic, 0), KafkaConsumer(bootstrap_servers=ADDRESS, group_id=None)
    consumer.assign([partition])
    consumer.seek(partition, 15)
    found = []
    while len(found) < 5:
        found += [record.offset for batch in consumer.poll(1000).values() for record in batch]
    assert found == [15, 16, 17, 18, 19]
    consumer.pause(partition)
    consumer.seek(partition, 0)
    assert consumer.poll(500) == {}
    consumer.resume(partition)
    assert next(consumer).offset == 0
    consumer.close()


run()
