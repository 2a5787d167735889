from confluent_kafka import Consumer, Producer, TopicPartition

from checks import Members, check, join_and_leave, run, until
from common import SETTINGS, create, send_all


def group(topic, settings, instance=None):
    def open_consumer(member):
        more = {'group.instance.id': f'{instance}-{member}'} if instance else {}
        consumer = Consumer({**SETTINGS, 'group.id': topic, 'auto.offset.reset': 'earliest', **settings, **more})
        consumer.subscribe([topic])
        return consumer

    def poll(consumer):
        message = consumer.poll(0.1)
        return [] if message is None or message.error() else [(message.partition(), message.offset())]
    return Members(open_consumer, poll, lambda consumer: [each.partition for each in consumer.assignment()])


def join(name, settings):
    topic, producer = create(name, 4), Producer(SETTINGS)

    def send():
        for number in range(100):
            producer.produce(topic, b'%d' % number, partition=number % 4)
        assert producer.flush(20) == 0
    join_and_leave(group(topic, settings), send)


for each in ['range', 'roundrobin', 'cooperative-sticky']:
    check(f'{each}: a second member joins and leaves')(lambda name=each: join(name, {'partition.assignment.strategy': name}))
check('the new protocol (KIP-848): a second member joins and leaves')(lambda: join('consumer', {'group.protocol': 'consumer'}))


def static(settings):
    topic = create('static', 4)
    members = group(topic, settings, 'static')
    members.join('a')
    members.join('b')
    until(lambda: f'two each {members.assigned}', lambda: members.counts() == [2, 2])
    before = dict(members.assigned)
    members.leave('b')
    members.join('b')
    until(lambda: f'as before {members.assigned} {before}', lambda: members.assigned == before)
    members.leave('a')
    members.leave('b')


check('a static member comes back to its partitions')(lambda: static({'partition.assignment.strategy': 'range'}))
check('a static member of the new protocol comes back to its partitions')(lambda: static({'group.protocol': 'consumer'}))


@check('manual commit with metadata, committed, and going on from it')
def manual():
    topic = create('manual')
    send_all(topic, [b'%d' % number for number in range(10)])
    settings = {**SETTINGS, 'group.id': topic, 'auto.offset.reset': 'earliest', 'enable.auto.commit': False}
    first = Consumer(settings)
    first.subscribe([topic])
    until('assigned', lambda: first.poll(0.2) is not None)
    first.commit(offsets=[TopicPartition(topic, 0, 7, 'half way')], asynchronous=False)
    [committed] = first.committed([TopicPartition(topic, 0)], 10)
    assert (committed.offset, committed.metadata) == (7, 'half way'), committed
    first.close()
    second, found = Consumer(settings), []
    second.subscribe([topic])
    until('read on', lambda: found.append(second.poll(0.2)) or found[-1] is not None)
    assert found[-1].offset() == 7
    second.close()


run()
