from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import NewTopic

from checks import check, raises, run, unique, until
from common import SETTINGS, admin, create


def code_of(call):
    """Of the Kafka error that the future of one call fails with."""
    [future] = call.values()
    return raises(KafkaException, future.result).args[0].code()


@check('a record larger than the topic allows')
def too_large():
    topic, found = create('small', configs={'max.message.bytes': '1000'}), []
    producer = Producer(SETTINGS)
    producer.produce(topic, b'x' * 5_000, on_delivery=lambda error, _: found.append(error.code()))
    producer.flush(20)
    assert found == [KafkaError.MSG_SIZE_TOO_LARGE], found


@check('topics that cannot be made')
def topics():
    exists = create('exists')
    for expected, topic in [
        (KafkaError.TOPIC_ALREADY_EXISTS, NewTopic(exists, 1, 1)),
        (KafkaError.TOPIC_EXCEPTION, NewTopic('with space', 1, 1)),
        (KafkaError.INVALID_CONFIG, NewTopic(unique('confluent'), 1, 1, config={'no.such.setting': '1'})),
        (KafkaError.INVALID_CONFIG, NewTopic(unique('confluent'), 1, 1, config={'retention.ms': 'soon'})),
        (KafkaError.INVALID_REPLICATION_FACTOR, NewTopic(unique('confluent'), 1, 5)),
    ]:
        assert code_of(admin.create_topics([topic])) == expected, (topic, expected)


@check('a topic and a group that are not there')
def missing():
    assert code_of(admin.delete_topics([unique('none')])) == KafkaError.UNKNOWN_TOPIC_OR_PART
    assert code_of(admin.delete_consumer_groups([unique('none')])) == KafkaError.GROUP_ID_NOT_FOUND
    consumer, found = Consumer({**SETTINGS, 'group.id': unique('none'), 'allow.auto.create.topics': False}), []
    consumer.subscribe([unique('none')])

    def error():
        message = consumer.poll(0.2)
        if message is not None and message.error():
            found.append(message.error().code())
        return found
    until('unknown topic', error)
    assert found == [KafkaError.UNKNOWN_TOPIC_OR_PART], found
    consumer.close()


@check('an offset that is out of range')
def out_of_range():
    topic, found = create('range'), []
    consumer = Consumer({**SETTINGS, 'group.id': topic, 'auto.offset.reset': 'error'})
    consumer.assign([TopicPartition(topic, 0, 100)])

    def error():
        message = consumer.poll(0.2)
        if message is not None and message.error():
            found.append(message.error().code())
        return found
    until('out of range', error)
    assert found[0] in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE), found
    consumer.close()


run()
