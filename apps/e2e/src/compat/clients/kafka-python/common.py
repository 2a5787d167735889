"""What the kafka-python scripts share."""
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from checks import ADDRESS, unique


def admin():
    return KafkaAdminClient(bootstrap_servers=ADDRESS)


def create(name, partitions=1, configs=None):
    """A new topic with a name of its own."""
    topic = unique(f'kafka-python-{name}')
    client = admin()
    client.create_topics([NewTopic(topic, partitions, 1, topic_configs=configs or {})])
    client.close()
    return topic


def producer(**settings):
    return KafkaProducer(bootstrap_servers=ADDRESS, **settings)


def send_all(topic, values, **settings):
    client = producer(**settings)
    sent = [client.send(topic, value) for value in values]
    results = [each.get(20) for each in sent]
    client.close()
    return results


def read_all(topic, count, partitions=1, seconds=20, **settings):
    """The first `count` records from the beginning of every partition, or fewer if no more come in time."""
    client = KafkaConsumer(bootstrap_servers=ADDRESS, group_id=None, auto_offset_reset='earliest', **settings)
    client.assign([TopicPartition(topic, partition) for partition in range(partitions)])
    found, end = [], time.monotonic() + seconds
    while len(found) < count and time.monotonic() < end:
        found.extend(record for batch in client.poll(500).values() for record in batch)
    client.close()
    return found
