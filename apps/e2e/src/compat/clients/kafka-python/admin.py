from kafka import KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.errors import InvalidReplicationAssignmentError
from kafka.structs import OffsetAndMetadata

from checks import ADDRESS, check, raises, run, unique, until
from common import admin, create, read_all, send_all

client = admin()


def setting(topic, name):
    found = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)], config_filter='all')
    return found['topic'][topic][name]['value']


@check('topics: create, list, describe, delete')
def topics():
    topic = create('topics', 3)
    assert topic in client.list_topics()
    [described] = client.describe_topics([topic])
    assert len(described['partitions']) == 3, described
    client.delete_topics([topic])
    until('the topic is gone', lambda: topic not in client.list_topics())


@check('topics: validate only')
def validate():
    topic = unique('kafka-python-validate')
    client.create_topics([NewTopic(topic, 1, 1)], validate_only=True)
    assert topic not in client.list_topics()


@check('partitions are added')
def partitions():
    topic = create('partitions')
    client.create_partitions({topic: 3})
    until('three partitions', lambda: len(client.describe_topics([topic])[0]['partitions']) == 3)


@check('replicas are where they are asked for')
def assignments():
    node = client.describe_cluster()['brokers'][0]['broker_id']
    topic = unique('kafka-python-assigned')
    client.create_topics([NewTopic(topic, -1, -1, replica_assignments={0: [node], 1: [node]})])
    client.create_partitions({topic: NewPartitions(3, [[node]])})
    until('three partitions', lambda: len(client.describe_topics([topic])[0]['partitions']) == 3)
    for wrong in (lambda: client.create_topics([NewTopic(unique('refused'), -1, -1, replica_assignments={0: [node + 7]})]),
                  lambda: client.create_partitions({topic: NewPartitions(4, [[node + 7]])})):
        raises(InvalidReplicationAssignmentError, wrong)


@check('configs: describe, alter, incremental, reset')
def configs():
    topic = create('configs', configs={'retention.ms': '1000000'})
    assert setting(topic, 'retention.ms') == '1000000' and setting(topic, 'max.message.bytes') == '1048588'
    client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {'max.message.bytes': '2000'})], incremental=True)
    assert (setting(topic, 'retention.ms'), setting(topic, 'max.message.bytes')) == ('1000000', '2000')
    client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {'max.message.bytes': '3000'})], incremental=False)
    assert setting(topic, 'max.message.bytes') == '3000'
    client.reset_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {'max.message.bytes': ''})])
    assert setting(topic, 'max.message.bytes') == '1048588'


@check('configs of a broker')
def broker_configs():
    node = str(client.describe_cluster()['brokers'][0]['broker_id'])
    found = client.describe_configs([ConfigResource(ConfigResourceType.BROKER, node)], config_filter='all')
    assert 'auto.create.topics.enable' in found['broker'][node], found


@check('cluster and log folders')
def cluster():
    described = client.describe_cluster()
    assert described['cluster_id'] and len(described['brokers']) == 1, described
    assert client.describe_log_dirs()


@check('groups: list, describe, offsets, delete')
def groups():
    topic = create('groups')
    send_all(topic, [b'%d' % number for number in range(10)])
    consumer = KafkaConsumer(topic, bootstrap_servers=ADDRESS, group_id=topic, auto_offset_reset='earliest', enable_auto_commit=False)
    until('assigned', lambda: consumer.poll(200) != {})
    consumer.commit()
    assert any(topic in str(each) for each in client.list_groups())
    described = client.describe_groups([topic])[topic]
    assert described['group_state'] == 'Stable' and len(described['members']) == 1, described
    consumer.close()
    partition = TopicPartition(topic, 0)
    assert client.list_group_offsets({topic: None})[topic][partition].offset == 10
    client.alter_group_offsets(topic, {partition: OffsetAndMetadata(4, '', -1)})
    assert client.list_group_offsets({topic: None})[topic][partition].offset == 4
    client.delete_group_offsets(topic, [partition])
    client.delete_groups([topic])
    assert not any(topic in str(each) for each in client.list_groups())


@check('records are deleted')
def delete_records():
    topic = create('delete-records')
    send_all(topic, [b'%d' % number for number in range(10)])
    client.delete_records({TopicPartition(topic, 0): 6})
    assert [record.offset for record in read_all(topic, 4)] == [6, 7, 8, 9]


@check('transactions and producers are listed and described')
def transactions():
    from kafka import KafkaProducer
    topic, name = create('producers'), unique('kafka-python')
    producer = KafkaProducer(bootstrap_servers=ADDRESS, transactional_id=name)
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(topic, b'v').get(20)
    assert name in str(client.list_transactions())
    assert 'ongoing' in str(client.describe_transactions([name])).lower()
    assert len(client.describe_producers([TopicPartition(topic, 0)])) == 1
    producer.commit_transaction()
    producer.close()


@check('reassignments and elections are answered')
def reassignments():
    topic = create('reassign')
    assert not client.list_partition_reassignments([TopicPartition(topic, 0)])
    client.elect_leaders(0, [TopicPartition(topic, 0)], raise_errors=False)


run()
