"""What the examples share: a channel, stubs of the generated services, and the typed error of a failed call."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "gen"))
import grpc
from millrace.broker.v1 import broker_pb2 as broker, broker_pb2_grpc as broker_grpc
from millrace.broker.v1 import consumer_group_pb2 as group, consumer_group_pb2_grpc as group_grpc
from millrace.common.v1 import common_pb2 as common
from millrace.coordinator.v1 import coordinator_pb2 as topics, coordinator_pb2_grpc as topics_grpc
from millrace.coordinator.v1 import job_pb2 as job, job_pb2_grpc as job_grpc, job_graph_pb2 as graph


def argument(index, default):
    return sys.argv[index] if len(sys.argv) > index else default


class Client:
    """One channel to any broker: it passes on what others serve."""

    def __init__(self, address):
        channel = grpc.insecure_channel(address)
        self.brokers = broker_grpc.BrokerServiceStub(channel)
        self.groups = group_grpc.ConsumerGroupServiceStub(channel)
        self.topics = topics_grpc.TopicServiceStub(channel)
        self.jobs = job_grpc.JobServiceStub(channel)

    def create_topic(self, name, partitions):
        self.topics.CreateTopic(topics.CreateTopicRequest(name=name, partitions=partitions, if_not_exists=True))


def code_of(error):
    """The stable code of a failed call, such as "unknown-member-id"; every code has a page in docs/errors."""
    for key, value in error.trailing_metadata() or ():
        if key == "millrace-error-bin":
            return common.Error.FromString(value).code
    return ""
