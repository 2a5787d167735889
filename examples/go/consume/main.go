// Reads a topic as a member of a group, beside others and Kafka clients:
// go run ./consume [address] [topic] [group] [idle seconds, then it ends; 0: never]
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"os/signal"
	"slices"
	"strconv"
	"syscall"
	"time"

	"example.com/millrace-go/client"
	broker "example.com/millrace-go/gen/millrace/broker/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const earliest = -2

var rejoin = []string{"unknown-member-id", "fenced-member-epoch", "group-id-not-found"}

type place struct {
	topic     string
	partition int32
}

// member of a KIP-848 group: who it is, and where it stands in what it was assigned. docs/protocol/grpc.md tells the protocol.
type member struct {
	*client.Client
	group, topic, id string
	epoch            int32
	nextBeat         time.Time
	positions        map[place]int64
}

func (m *member) beat(epoch int32) *broker.GroupHeartbeatRequest {
	return &broker.GroupHeartbeatRequest{GroupId: m.group, MemberId: m.id, MemberEpoch: epoch, ClientId: "go"}
}

func (m *member) heartbeat(ctx context.Context) {
	request := m.beat(m.epoch)
	if m.epoch == 0 {
		request.SubscribedTopics = &broker.SubscribedTopics{Names: []string{m.topic}}
	} else {
		request.Owned = &broker.GroupAssignment{}
		for p := range m.positions {
			request.Owned.Topics = append(request.Owned.Topics, &broker.TopicAssignment{Topic: p.topic, Partitions: []int32{p.partition}})
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var trailer metadata.MD
	answer, err := m.Groups.GroupHeartbeat(ctx, request, grpc.Trailer(&trailer))
	switch code := status.Code(err); {
	case err == nil:
		m.epoch, m.nextBeat = answer.MemberEpoch, time.Now().Add(time.Duration(answer.HeartbeatIntervalMs)*time.Millisecond)
		if answer.Assignment != nil {
			m.take(ctx, answer.Assignment)
		}
	case slices.Contains(rejoin, client.CodeOf(trailer)): // the group went on without us: what we had is somebody else's
		m.epoch, m.positions = 0, map[place]int64{}
	case code == codes.Unavailable || code == codes.DeadlineExceeded: // a broker restarts, the group moves: the same again, soon
		m.nextBeat = time.Now().Add(500 * time.Millisecond)
	default:
		log.Fatal(err)
	}
}

func (m *member) take(ctx context.Context, assignment *broker.GroupAssignment) {
	kept, missing := map[place]int64{}, []*broker.GroupPartition{}
	for _, topic := range assignment.Topics {
		for _, partition := range topic.Partitions {
			if offset, ok := m.positions[place{topic.Topic, partition}]; ok {
				kept[place{topic.Topic, partition}] = offset
			} else {
				missing = append(missing, &broker.GroupPartition{Topic: topic.Topic, Partition: partition})
			}
		}
	}
	if len(kept) < len(m.positions) || len(missing) > 0 {
		m.nextBeat = time.Time{} // tell at once what is owned now: others wait for what was given up
	}
	m.positions = kept
	if len(missing) == 0 {
		return
	}
	found := client.Must(m.Groups.FetchOffsets(ctx, &broker.FetchOffsetsRequest{GroupId: m.group, Partitions: missing}))
	for _, offset := range found.Offsets {
		p := place{offset.Topic, offset.Partition}
		m.positions[p] = offset.Offset
		if offset.Offset < 0 {
			query := &broker.OffsetQuery{Topic: p.topic, Partition: p.partition, TimestampMs: earliest}
			m.positions[p] = client.Must(m.Brokers.ListOffsets(ctx, &broker.ListOffsetsRequest{Queries: []*broker.OffsetQuery{query}})).Answers[0].Offset
		}
	}
}

// read prints what is there, commits it, and says whether there was anything.
func (m *member) read(ctx context.Context) bool {
	if len(m.positions) == 0 {
		time.Sleep(200 * time.Millisecond)
		return false
	}
	fetch := &broker.FetchRequest{MaxWaitMs: 500, Decode: true}
	for p, offset := range m.positions {
		fetch.Partitions = append(fetch.Partitions, &broker.FetchPartition{Topic: p.topic, Partition: p.partition, Offset: offset})
	}
	fetched, err := m.Brokers.Fetch(ctx, fetch)
	if err != nil {
		time.Sleep(200 * time.Millisecond) // a broker restarts; heartbeats tell when it is over
		return false
	}
	commit := &broker.CommitOffsetsRequest{GroupId: m.group, MemberId: m.id, MemberEpoch: &m.epoch}
	for _, result := range fetched.Results {
		if result.Error != nil || len(result.Records) == 0 {
			continue
		}
		for _, record := range result.Records {
			fmt.Printf("%s-%d@%d %s %s\n", result.Topic, result.Partition, record.Offset, record.Key, record.Value)
		}
		m.positions[place{result.Topic, result.Partition}] = result.NextOffset
		commit.Offsets = append(commit.Offsets, &broker.OffsetCommit{Topic: result.Topic, Partition: result.Partition, Offset: result.NextOffset})
	}
	if len(commit.Offsets) == 0 {
		return false
	}
	if _, err := m.Groups.CommitOffsets(ctx, commit); err != nil {
		fmt.Println("not committed:", err) // read again, by us or by whoever has the partition now
		m.nextBeat = time.Time{}
	}
	return true
}

func main() {
	interrupted, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ctx := context.Background()
	m := &member{Client: client.New(client.Argument(1, "127.0.0.1:9190")), topic: client.Argument(2, "hellos"), group: client.Argument(3, "hello-readers")}
	m.id, m.positions = rand.Text(), map[place]int64{}
	idleMax, last := time.Duration(client.Must(strconv.Atoi(client.Argument(4, "0"))))*time.Second, time.Now()
	for interrupted.Err() == nil && (idleMax == 0 || time.Since(last) < idleMax) {
		if time.Now().After(m.nextBeat) {
			m.heartbeat(ctx)
		}
		if m.read(ctx) {
			last = time.Now()
		}
	}
	client.Must(m.Groups.GroupHeartbeat(ctx, m.beat(-1)))
}
