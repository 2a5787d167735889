from kafka import KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from kafka.structs import OffsetAndMetadata

from checks import ADDRESS, Members, check, join_and_leave, run, until
from common import admin, create, producer, send_all


def group(topic, group_id, assignor, instance=None):
    def open_consumer(member):
        consumer = KafkaConsumer(
            bootstrap_servers=ADDRESS, group_id=group_id, auto_offset_reset='earliest', heartbeat_interval_ms=300,
            partition_assignment_strategy=[assignor], group_instance_id=instance and f'{instance}-{member}')
        # Without it, this client's leader may assign before it knows the topic's partitions, and now and then stays so.
        assert len(consumer.partitions_for_topic(topic)) == 4
        consumer.subscribe([topic])
        return consumer

    def poll(consumer):
        # Not shorter: a poll that times out between this client's JoinGroup and SyncGroup may leave it without assignment and heartbeats until its session ends.
        return [(record.partition, record.offset) for batch in consumer.poll(1_500).values() for record in batch]
    return Members(open_consumer, poll, lambda consumer: [each.partition for each in consumer.assignment()])


def sender(topic):
    client = producer()
    return lambda: [each.get(20) for each in [client.send(topic, b'%d' % number, partition=number % 4) for number in range(100)]]


ASSIGNORS = {'range': RangePartitionAssignor, 'roundrobin': RoundRobinPartitionAssignor, 'sticky': StickyPartitionAssignor, 'cooperative-sticky': CooperativeStickyAssignor}
for each in ASSIGNORS:
    @check(f'{each}: a second member joins and leaves')
    def join(name=each):
        topic = create(name, 4)
        join_and_leave(group(topic, topic, ASSIGNORS[name]), sender(topic))


@check('a static member comes back to its partitions without a rebalance')
def static():
    topic = create('static', 4)
    members, client = group(topic, topic, RangePartitionAssignor, instance='static'), admin()
    members.join('a')
    members.join('b')
    until(lambda: f'two each {members.assigned}', lambda: members.counts() == [2, 2])
    before = dict(members.assigned)
    described = client.describe_groups([topic])[topic]
    assert sorted(each['group_instance_id'] for each in described['members']) == ['static-a', 'static-b'], described
    members.leave('b')
    members.join('b')
    until(lambda: f'as before {members.assigned}', lambda: members.assigned == before)
    members.leave('a')
    members.leave('b')
    client.close()


@check('manual commit with metadata, committed, and going on from it')
def manual():
    topic = create('manual')
    partition = TopicPartition(topic, 0)
    send_all(topic, [b'%d' % number for number in range(10)])
    first = KafkaConsumer(topic, bootstrap_servers=ADDRESS, group_id=topic, auto_offset_reset='earliest', enable_auto_commit=False)
    until('assigned', lambda: first.poll(200) != {})
    first.commit({partition: OffsetAndMetadata(7, 'half way', -1)})
    assert first.committed(partition) == 7 and first.committed(partition, metadata=True).metadata == 'half way'
    first.close()
    second = KafkaConsumer(topic, bootstrap_servers=ADDRESS, group_id=topic, auto_offset_reset='earliest')
    assert next(second).offset == 7
    second.close()


run()
