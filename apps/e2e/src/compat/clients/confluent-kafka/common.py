"""What the confluent-kafka scripts share."""
import time

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from checks import ADDRESS, unique

SETTINGS = {'bootstrap.servers': ADDRESS}
admin = AdminClient(SETTINGS)


def create(name, partitions=1, configs=None):
    """A new topic with a name of its own."""
    topic = unique(f'confluent-{name}')
    for done in admin.create_topics([NewTopic(topic, partitions, 1, config=configs or {})]).values():
        done.result()
    return topic


def send_all(topic, values, partition=None, **settings):
    """Sends and waits; fails with the first record that was not delivered. Returns what was delivered."""
    failed, delivered = [], []
    producer = Producer({**SETTINGS, **settings})
    for value in values:
        more = {} if partition is None else {'partition': partition(value)}
        producer.produce(topic, value, on_delivery=lambda error, message: failed.append(error) if error else delivered.append(message), **more)
    assert producer.flush(30) == 0 and failed == [], failed
    return delivered


def read_all(topic, partitions=1, isolation='read_uncommitted', seconds=30, **settings):
    """Every record up to the end of each partition."""
    consumer = Consumer({**SETTINGS, 'group.id': unique('reader'), 'isolation.level': isolation, 'enable.partition.eof': True, 'enable.auto.commit': False, 'check.crcs': True, **settings})
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(partitions)])
    found, ended, end = [], set(), time.monotonic() + seconds
    while len(ended) < partitions:
        assert time.monotonic() < end, f'no end of {topic}: {ended}'
        message = consumer.poll(1)
        if message is not None and message.error() and message.error().code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition())
        elif message is not None:
            assert not message.error(), message.error()
            found.append(message)
    consumer.close()
    return found
