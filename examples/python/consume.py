"""Reads a topic as a member of a group, beside others and Kafka clients: consume.py [address] [topic] [group] [idle seconds, then it ends; 0: never]"""
import time, uuid
from millrace_client import Client, argument, broker, code_of, grpc, group

REJOIN = ("unknown-member-id", "fenced-member-epoch", "group-id-not-found")
EARLIEST = -2


class Member:
    """One member of a KIP-848 group: who it is, and where it stands in what it was assigned. docs/protocol/grpc.md tells the protocol."""

    def __init__(self, client, group_id, topic):
        self.client, self.group_id, self.topic = client, group_id, topic
        self.member_id, self.epoch, self.next_beat = str(uuid.uuid4()), 0, 0.0
        self.positions = {}  # (topic, partition): next offset

    def heartbeat(self):
        request = group.GroupHeartbeatRequest(group_id=self.group_id, member_id=self.member_id, member_epoch=self.epoch, client_id="python")
        if self.epoch == 0:
            request.subscribed_topics.names.append(self.topic)
        else:
            request.owned.topics.extend(group.TopicAssignment(topic=t, partitions=[p]) for t, p in sorted(self.positions))
        try:
            answer = self.client.groups.GroupHeartbeat(request, timeout=10)
        except grpc.RpcError as error:
            if code_of(error) in REJOIN:  # the group went on without us: what we had is somebody else's
                self.epoch, self.positions = 0, {}
                return
            if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                raise
            self.next_beat = time.monotonic() + 0.5  # a broker restarts, the group moves: the same again, soon
            return
        self.epoch, self.next_beat = answer.member_epoch, time.monotonic() + answer.heartbeat_interval_ms / 1000
        if answer.HasField("assignment"):
            self.take({(t.topic, p) for t in answer.assignment.topics for p in t.partitions})

    def take(self, assigned):
        if assigned == set(self.positions):
            return
        self.positions = {place: offset for place, offset in self.positions.items() if place in assigned}
        new = [group.GroupPartition(topic=t, partition=p) for t, p in assigned - set(self.positions)]
        if new:
            asked = group.FetchOffsetsRequest(group_id=self.group_id, partitions=new)
            for found in self.client.groups.FetchOffsets(asked, timeout=10).offsets:
                place = (found.topic, found.partition)
                self.positions[place] = found.offset if found.offset >= 0 else self.first_offset(place)
        self.next_beat = 0.0  # tell at once what is owned now: others wait for what was given up

    def first_offset(self, place):
        query = broker.OffsetQuery(topic=place[0], partition=place[1], timestamp_ms=EARLIEST)
        return self.client.brokers.ListOffsets(broker.ListOffsetsRequest(queries=[query]), timeout=10).answers[0].offset

    def fetch(self):
        asked = [broker.FetchPartition(topic=t, partition=p, offset=offset) for (t, p), offset in self.positions.items()]
        if not asked:
            time.sleep(0.2)
            return []
        return self.client.brokers.Fetch(broker.FetchRequest(partitions=asked, max_wait_ms=500, decode=True), timeout=30).results

    def commit(self, results):
        done = [group.OffsetCommit(topic=r.topic, partition=r.partition, offset=r.next_offset) for r in results]
        me = dict(group_id=self.group_id, member_id=self.member_id, member_epoch=self.epoch)
        try:
            self.client.groups.CommitOffsets(group.CommitOffsetsRequest(offsets=done, **me), timeout=10)
        except grpc.RpcError as error:
            print(f"not committed: {code_of(error)}")  # read again, by us or by whoever has the partition now
            self.next_beat = 0.0

    def leave(self):
        request = group.GroupHeartbeatRequest(group_id=self.group_id, member_id=self.member_id, member_epoch=-1)
        self.client.groups.GroupHeartbeat(request, timeout=10)


def main():
    client = Client(argument(1, "127.0.0.1:9190"))
    member = Member(client, argument(3, "hello-readers"), argument(2, "hellos"))
    idle_max, last = float(argument(4, "0")), time.monotonic()
    try:
        while idle_max == 0 or time.monotonic() - last < idle_max:
            if time.monotonic() >= member.next_beat:
                member.heartbeat()
            results = [r for r in member.fetch() if r.records and not r.HasField("error")]
            for result in results:
                for record in result.records:
                    print(f"{result.topic}-{result.partition}@{record.offset} {record.key.decode()} {record.value.decode()}", flush=True)
                member.positions[(result.topic, result.partition)] = result.next_offset
            if results:
                last = time.monotonic()
                member.commit(results)
    except KeyboardInterrupt:
        pass
    member.leave()


main()
