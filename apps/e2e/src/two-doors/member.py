"""A Kafka client as a member of a KIP-848 group: member.py [address] [topic] [group]. Prints what it is assigned and what it reads, a JSON document a line; ends at SIGTERM."""
import json, signal, sys
from confluent_kafka import Consumer

address, topic, group = sys.argv[1:4]
settings = {'bootstrap.servers': address, 'group.id': group, 'group.protocol': 'consumer', 'auto.offset.reset': 'earliest', 'enable.auto.commit': False}
consumer = Consumer(settings)
stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))


def tell(**what):
    print(json.dumps(what), flush=True)


consumer.subscribe([topic])
held = None
while not stopped:
    message = consumer.poll(0.1)
    now = sorted(place.partition for place in consumer.assignment())
    if now != held:
        held = now
        tell(holds=held)
    if message is None:
        continue
    if message.error():
        tell(error=str(message.error()))
        continue
    tell(partition=message.partition(), offset=message.offset(), value=message.value().decode())
    consumer.commit(message, asynchronous=False)
consumer.close()
