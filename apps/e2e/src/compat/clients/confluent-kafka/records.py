import time

from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME, Consumer, Producer, TopicPartition

from checks import check, run, unique
from common import SETTINGS, create, read_all, send_all


def send(topic, *records):
    producer = Producer(SETTINGS)
    for record in records:
        producer.produce(topic, **record)
    assert producer.flush(20) == 0


@check('headers: order, duplicates, null values')
def headers():
    topic, sent = create('headers'), [('a', b'1'), ('a', b'2'), ('null', None), ('empty', b'')]
    send(topic, {'value': b'v', 'headers': sent})
    assert read_all(topic)[0].headers() == sent


@check('null and empty keys and values')
def nulls():
    topic, pairs = create('nulls'), [(None, b'v'), (b'k', None), (b'', b''), (b'k', b'v')]
    send(topic, *({'key': key, 'value': value} for key, value in pairs))
    assert [(message.key(), message.value()) for message in read_all(topic)] == pairs


@check('a record of 900,000 bytes; 5 MB where the topic allows it')
def large():
    for size, configs in [(900_000, None), (5_000_000, {'max.message.bytes': '6000000'})]:
        topic, value = create('large', configs=configs), bytes(range(256)) * (size // 256)
        send_all(topic, [value], **{'message.max.bytes': 8_000_000})
        assert read_all(topic)[0].value() == value, size


@check('timestamps: CreateTime and LogAppendTime')
def timestamps():
    now = int(time.time() * 1000)
    topic = create('create-time')
    send(topic, {'value': b'v', 'timestamp': now - 60_000})
    assert read_all(topic)[0].timestamp() == (TIMESTAMP_CREATE_TIME, now - 60_000)
    topic = create('append-time', configs={'message.timestamp.type': 'LogAppendTime'})
    send(topic, {'value': b'v', 'timestamp': 1_000})
    kind, at = read_all(topic)[0].timestamp()
    assert kind == TIMESTAMP_LOG_APPEND_TIME and abs(at - now) < 60_000, (kind, at)


@check('offsets for times, watermarks')
def offsets():
    topic, start = create('times'), int(time.time() * 1000) - 100_000
    send(topic, *({'value': b'v', 'timestamp': start + number * 1_000} for number in range(10)))
    consumer = Consumer({**SETTINGS, 'group.id': unique('times')})
    for at, expected in [(0, 0), (start + 4_500, 5), (start + 9_000, 9), (start + 60_000, -1)]:
        assert consumer.offsets_for_times([TopicPartition(topic, 0, at)], 10)[0].offset == expected, at
    assert consumer.get_watermark_offsets(TopicPartition(topic, 0), 10) == (0, 10)
    consumer.close()


run()
