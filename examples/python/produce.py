"""Sends ten records to a topic, which it makes if need be: produce.py [address] [topic]"""
from millrace_client import Client, argument, broker

client, topic = Client(argument(1, "127.0.0.1:9190")), argument(2, "hellos")
client.create_topic(topic, partitions=3)
records = [broker.Record(key=f"python-{i}".encode(), value=f"hello {i}".encode()) for i in range(10)]
# The broker spreads plain records by key, as Kafka clients do, and answers when they are stored.
request = broker.ProduceRequest(partitions=[broker.ProducePartition(topic=topic, records=broker.RecordList(records=records))])
for result in client.brokers.Produce(request, timeout=30).results:
    if result.HasField("error"):
        raise SystemExit(f"{result.topic}-{result.partition}: {result.error.message} [{result.error.code}]")
    print(f"produced {result.topic}-{result.partition} from offset {result.base_offset}")
