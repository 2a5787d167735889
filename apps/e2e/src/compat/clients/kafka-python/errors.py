import kafka
from kafka import errors
from kafka.admin import NewTopic

from checks import ADDRESS, check, raises, run, unique
from common import admin, create, producer, send_all


def failing_create(kind, *topics):
    client = admin()
    raises(kind, lambda: client.create_topics(list(topics)))
    client.close()


@check('a record larger than the topic allows')
def too_large():
    topic = create('small', configs={'max.message.bytes': '1000'})
    raises(errors.MessageSizeTooLargeError, lambda: send_all(topic, [b'x' * 5_000]))


@check('a topic that exists')
def exists():
    failing_create(errors.TopicAlreadyExistsError, NewTopic(create('exists'), 1, 1))


@check('names that topics cannot have')
def names():
    for name in ['with space', 'x' * 250, '..', 'ä']:
        failing_create(errors.InvalidTopicError, NewTopic(name, 1, 1))


@check('settings that topics cannot have')
def configs():
    for setting in [{'no.such.setting': '1'}, {'retention.ms': 'soon'}, {'cleanup.policy': 'forget'}]:
        failing_create(errors.InvalidConfigurationError, NewTopic(unique('kafka-python'), 1, 1, topic_configs=setting))


@check('no partitions, more replicas than brokers')
def counts():
    failing_create(errors.InvalidPartitionsError, NewTopic(unique('kafka-python'), 0, 1))
    failing_create(errors.InvalidReplicationFactorError, NewTopic(unique('kafka-python'), 1, 5))


@check('deleting and describing what is not there')
def missing():
    client = admin()
    raises(errors.UnknownTopicOrPartitionError, lambda: client.delete_topics([unique('none')]))
    client.close()


@check('an offset that is out of range')
def out_of_range():
    topic = create('range')
    partition = kafka.TopicPartition(topic, 0)
    consumer = kafka.KafkaConsumer(bootstrap_servers=ADDRESS, group_id=None, auto_offset_reset='none')
    consumer.assign([partition])
    consumer.seek(partition, 100)

    def poll():
        for _ in range(20):
            consumer.poll(500)
    raises(errors.OffsetOutOfRangeError, poll)
    consumer.close()


run()
