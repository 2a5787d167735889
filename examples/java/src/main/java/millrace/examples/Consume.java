package millrace.examples;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import millrace.broker.v1.Broker.FetchPartition;
import millrace.broker.v1.Broker.FetchRequest;
import millrace.broker.v1.Broker.FetchResult;
import millrace.broker.v1.Broker.FetchedRecord;
import millrace.broker.v1.Broker.ListOffsetsRequest;
import millrace.broker.v1.Broker.OffsetQuery;
import millrace.broker.v1.ConsumerGroup.CommitOffsetsRequest;
import millrace.broker.v1.ConsumerGroup.FetchOffsetsRequest;
import millrace.broker.v1.ConsumerGroup.FetchedOffset;
import millrace.broker.v1.ConsumerGroup.GroupAssignment;
import millrace.broker.v1.ConsumerGroup.GroupHeartbeatRequest;
import millrace.broker.v1.ConsumerGroup.GroupHeartbeatResponse;
import millrace.broker.v1.ConsumerGroup.GroupPartition;
import millrace.broker.v1.ConsumerGroup.OffsetCommit;
import millrace.broker.v1.ConsumerGroup.SubscribedTopics;
import millrace.broker.v1.ConsumerGroup.TopicAssignment;

/**
 * Reads a topic as a member of a group, beside others and Kafka clients: [address] [topic] [group] [idle seconds, then it ends; 0: never]. The protocol is KIP-848;
 * docs/protocol/grpc.md tells it.
 */
public final class Consume {
  private static final Set<String> REJOIN = Set.of("unknown-member-id", "fenced-member-epoch", "group-id-not-found");
  private static final long EARLIEST = -2;

  private record Place(String topic, int partition) {}

  private final Client client;
  private final String groupId;
  private final String topic;
  private final String memberId = UUID.randomUUID().toString();
  private final Map<Place, Long> positions = new HashMap<>();
  private int epoch = 0;
  private long nextBeatMs = 0;

  private Consume(Client client, String topic, String groupId) {
    this.client = client;
    this.topic = topic;
    this.groupId = groupId;
  }

  private GroupHeartbeatRequest.Builder beat(int memberEpoch) {
    return GroupHeartbeatRequest.newBuilder().setGroupId(groupId).setMemberId(memberId).setMemberEpoch(memberEpoch).setClientId("java");
  }

  private void heartbeat() {
    GroupHeartbeatRequest.Builder request = beat(epoch);
    if (epoch == 0) {
      request.setSubscribedTopics(SubscribedTopics.newBuilder().addNames(topic));
    } else {
      GroupAssignment.Builder owned = GroupAssignment.newBuilder();
      positions.keySet().forEach(place -> owned.addTopics(TopicAssignment.newBuilder().setTopic(place.topic()).addPartitions(place.partition())));
      request.setOwned(owned);
    }
    try {
      GroupHeartbeatResponse answer = client.groups().groupHeartbeat(request.build());
      epoch = answer.getMemberEpoch();
      nextBeatMs = now() + answer.getHeartbeatIntervalMs();
      if (answer.hasAssignment()) take(answer.getAssignment());
    } catch (StatusRuntimeException error) {
      if (REJOIN.contains(Client.codeOf(error))) { // the group went on without us: what we had is somebody else's
        epoch = 0;
        positions.clear();
      } else if (error.getStatus().getCode() == Status.Code.UNAVAILABLE || error.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
        nextBeatMs = now() + 500; // a broker restarts, the group moves: the same again, soon
      } else {
        throw error;
      }
    }
  }

  private void take(GroupAssignment assignment) {
    Set<Place> assigned = new HashSet<>();
    assignment.getTopicsList().forEach(each -> each.getPartitionsList().forEach(partition -> assigned.add(new Place(each.getTopic(), partition))));
    if (assigned.equals(positions.keySet())) return;
    positions.keySet().retainAll(assigned);
    assigned.removeAll(positions.keySet());
    if (!assigned.isEmpty()) {
      FetchOffsetsRequest.Builder request = FetchOffsetsRequest.newBuilder().setGroupId(groupId);
      assigned.forEach(place -> request.addPartitions(GroupPartition.newBuilder().setTopic(place.topic()).setPartition(place.partition())));
      for (FetchedOffset found : client.groups().fetchOffsets(request.build()).getOffsetsList()) {
        Place place = new Place(found.getTopic(), found.getPartition());
        positions.put(place, found.getOffset() >= 0 ? found.getOffset() : firstOffset(place));
      }
    }
    nextBeatMs = 0; // tell at once what is owned now: others wait for what was given up
  }

  private long firstOffset(Place place) {
    OffsetQuery query = OffsetQuery.newBuilder().setTopic(place.topic()).setPartition(place.partition()).setTimestampMs(EARLIEST).build();
    return client.brokers().listOffsets(ListOffsetsRequest.newBuilder().addQueries(query).build()).getAnswers(0).getOffset();
  }

  private List<FetchResult> fetch() throws InterruptedException {
    if (positions.isEmpty()) {
      Thread.sleep(200);
      return List.of();
    }
    FetchRequest.Builder request = FetchRequest.newBuilder().setMaxWaitMs(500).setDecode(true);
    positions.forEach((place, offset) ->
        request.addPartitions(FetchPartition.newBuilder().setTopic(place.topic()).setPartition(place.partition()).setOffset(offset)));
    return client.brokers().fetch(request.build()).getResultsList().stream()
        .filter(result -> result.getRecordsCount() > 0 && !result.hasError())
        .toList();
  }

  private void commit(List<FetchResult> results) {
    CommitOffsetsRequest.Builder request = CommitOffsetsRequest.newBuilder().setGroupId(groupId).setMemberId(memberId).setMemberEpoch(epoch);
    for (FetchResult result : results) {
      request.addOffsets(OffsetCommit.newBuilder().setTopic(result.getTopic()).setPartition(result.getPartition()).setOffset(result.getNextOffset()));
    }
    try {
      client.groups().commitOffsets(request.build());
    } catch (StatusRuntimeException error) {
      System.out.println("not committed: " + Client.codeOf(error)); // read again, by us or by whoever has the partition now
      nextBeatMs = 0;
    }
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }

  public static void main(String[] args) throws InterruptedException {
    long idleMsMax = Long.parseLong(Client.argument(args, 3, "0")) * 1_000;
    try (Client client = new Client(Client.argument(args, 0, "127.0.0.1:9190"))) {
      Consume member = new Consume(client, Client.argument(args, 1, "hellos"), Client.argument(args, 2, "hello-readers"));
      long lastMs = now();
      while (idleMsMax == 0 || now() - lastMs < idleMsMax) {
        if (now() >= member.nextBeatMs) member.heartbeat();
        List<FetchResult> results = member.fetch();
        for (FetchResult result : results) {
          Place place = new Place(result.getTopic(), result.getPartition());
          for (FetchedRecord record : result.getRecordsList()) {
            String where = place.topic() + "-" + place.partition() + "@" + record.getOffset();
            System.out.println(where + " " + record.getKey().toStringUtf8() + " " + record.getValue().toStringUtf8());
          }
          member.positions.put(place, result.getNextOffset());
        }
        if (results.isEmpty()) continue;
        lastMs = now();
        member.commit(results);
      }
      client.groups().groupHeartbeat(member.beat(-1).build());
    }
  }
}
