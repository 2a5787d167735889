"""Creates a topic, produces, fetches and lists topics: everything a Millrace client needs, over one address."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "gen"))
import grpc
from millrace.broker.v1 import broker_pb2 as broker, broker_pb2_grpc as broker_grpc
from millrace.coordinator.v1 import coordinator_pb2 as topics, coordinator_pb2_grpc as topics_grpc

channel = grpc.insecure_channel(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9190")
broker_service, topic_service = broker_grpc.BrokerServiceStub(channel), topics_grpc.TopicServiceStub(channel)

topic_service.CreateTopic(topics.CreateTopicRequest(name="greetings", partitions=1, if_not_exists=True))
records = broker.RecordList(records=[broker.Record(key=b"python", value=f"hello {i}".encode()) for i in range(3)])
produced = broker_service.Produce(broker.ProduceRequest(partitions=[broker.ProducePartition(topic="greetings", records=records)]))
for result in produced.results:
    print("produced at offset", result.base_offset, result.error.message)

ask = broker.FetchPartition(topic="greetings", partition=0, offset=produced.results[0].base_offset)
fetched = broker_service.Fetch(broker.FetchRequest(partitions=[ask], max_wait_ms=1000, decode=True))
for record in fetched.results[0].records:
    print("fetched", record.offset, record.key.decode(), record.value.decode())

for topic in topic_service.ListTopics(topics.ListTopicsRequest()).topics:
    print("topic", topic.name, "with", len(topic.partitions), "partitions")
