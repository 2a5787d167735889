"""A Kafka client outside of the cluster: kafka_outside.py BOOTSTRAP TOPIC COUNT. Says where it found brokers, and how much came back."""
import sys

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

bootstrap, topic, count = sys.argv[1].split(","), sys.argv[2], int(sys.argv[3])
admin = KafkaAdminClient(bootstrap_servers=bootstrap)
admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=3)])
producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
for number in range(count):
    producer.send(topic, key=str(number % 10).encode(), value=str(number).encode())
producer.flush()
consumer = KafkaConsumer(topic, bootstrap_servers=bootstrap, group_id=topic, auto_offset_reset="earliest", consumer_timeout_ms=30000)
seen = []
for record in consumer:
    seen.append(int(record.value))
    if len(seen) == count:
        break
consumer.commit()
consumer.close()
brokers = sorted(f"{broker['host']}:{broker['port']}" for broker in admin.describe_cluster()["brokers"])
print("brokers", " ".join(brokers))
print("complete" if sorted(seen) == list(range(count)) else f"incomplete: {len(seen)} of {count}")
