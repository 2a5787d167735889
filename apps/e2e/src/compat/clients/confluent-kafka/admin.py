from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, OffsetSpec, ResourceType
from confluent_kafka import TopicCollection

from checks import check, run, until
from common import SETTINGS, admin, create, read_all, send_all


def only(futures):
    [future] = futures.values()
    return future.result(20)


def setting(topic, name):
    return only(admin.describe_configs([ConfigResource(ResourceType.TOPIC, topic)]))[name].value


@check('topics: create, list, describe, add partitions, delete')
def topics():
    topic = create('topics', 3)
    assert len(admin.list_topics(topic, 10).topics[topic].partitions) == 3
    only(admin.create_partitions([NewPartitions(topic, 5)]))
    until('five partitions', lambda: len(only(admin.describe_topics(TopicCollection([topic]))).partitions) == 5)
    only(admin.delete_topics([topic]))
    until('the topic is gone', lambda: topic not in admin.list_topics(timeout=10).topics)


@check('configs: describe, alter, incremental')
def configs():
    topic = create('configs', configs={'retention.ms': '1000000'})
    assert setting(topic, 'retention.ms') == '1000000' and setting(topic, 'max.message.bytes') == '1048588'
    entry = ConfigEntry('max.message.bytes', '2000', incremental_operation=AlterConfigOpType.SET)
    only(admin.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])]))
    assert (setting(topic, 'retention.ms'), setting(topic, 'max.message.bytes')) == ('1000000', '2000')
    entry = ConfigEntry('retention.ms', None, incremental_operation=AlterConfigOpType.DELETE)
    only(admin.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])]))
    assert setting(topic, 'retention.ms') == '604800000'
    only(admin.alter_configs([ConfigResource(ResourceType.TOPIC, topic, set_config={'retention.ms': '5000'})]))
    assert (setting(topic, 'retention.ms'), setting(topic, 'max.message.bytes')) == ('5000', '1048588')


@check('cluster')
def cluster():
    described = admin.describe_cluster().result(20)
    assert described.cluster_id and len(described.nodes) == 1 and described.controller is not None


@check('groups: list, describe, offsets, delete')
def groups():
    topic = create('groups')
    send_all(topic, [b'%d' % number for number in range(10)])
    consumer = Consumer({**SETTINGS, 'group.id': topic, 'auto.offset.reset': 'earliest', 'enable.auto.commit': False})
    consumer.subscribe([topic])
    until('assigned', lambda: consumer.poll(0.2) is not None)
    consumer.commit(offsets=[TopicPartition(topic, 0, 10)], asynchronous=False)
    assert topic in [each.group_id for each in admin.list_consumer_groups().result(20).valid]
    described = only(admin.describe_consumer_groups([topic]))
    assert described.state.name == 'STABLE' and len(described.members) == 1, described.state
    consumer.close()

    def offset():
        return only(admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(topic)])).topic_partitions[0].offset
    assert offset() == 10
    only(admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(topic, [TopicPartition(topic, 0, 4)])]))
    assert offset() == 4
    only(admin.delete_consumer_groups([topic]))
    assert topic not in [each.group_id for each in admin.list_consumer_groups().result(20).valid]


@check('offsets listed; records deleted')
def records():
    topic = create('records')
    send_all(topic, [b'%d' % number for number in range(10)])
    partition = TopicPartition(topic, 0)
    assert only(admin.list_offsets({partition: OffsetSpec.latest()})).offset == 10
    assert only(admin.delete_records([TopicPartition(topic, 0, 6)])).low_watermark == 6
    assert only(admin.list_offsets({partition: OffsetSpec.earliest()})).offset == 6
    assert len(read_all(topic, **{'auto.offset.reset': 'earliest'})) == 4


run()
