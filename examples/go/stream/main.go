// Writes and reads at once over two streams, with bounded bytes on the way: go run ./stream [address] [topic] [records]
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"strconv"
	"time"

	"example.com/millrace-go/client"
	broker "example.com/millrace-go/gen/millrace/broker/v1"
)

const (
	batch    = 100 // records per request
	inFlight = 16  // requests without an answer, so at most 1,600 records are on their way
	latest   = -1
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	c, topic := client.New(client.Argument(1, "127.0.0.1:9190")), client.Argument(2, "stream")
	total := client.Must(strconv.Atoi(client.Argument(3, "10000")))
	c.CreateTopic(ctx, topic, 1)
	end := &broker.ListOffsetsRequest{Queries: []*broker.OffsetQuery{{Topic: topic, TimestampMs: latest}}}
	start := client.Must(c.Brokers.ListOffsets(ctx, end)).Answers[0].Offset
	began := time.Now()
	go produce(ctx, c, topic, total)
	fmt.Printf("streamed %d records in %.2f s\n", read(ctx, c, &broker.FetchPartition{Topic: topic, Offset: start}, total), time.Since(began).Seconds())
}

func produce(ctx context.Context, c *client.Client, topic string, total int) {
	stream := client.Must(c.Brokers.ProduceStream(ctx))
	room := make(chan struct{}, inFlight)
	go func() {
		for {
			answer, err := stream.Recv()
			if err == io.EOF {
				return
			}
			for _, result := range client.Must(answer, err).Produce.Results {
				if result.Error != nil {
					log.Fatal("not stored: ", result.Error.Message)
				}
			}
			<-room
		}
	}()
	for first := 0; first < total; first += batch {
		room <- struct{}{} // waits while the broker is behind
		var records []*broker.Record
		for i := first; i < min(first+batch, total); i++ {
			records = append(records, &broker.Record{Value: fmt.Appendf(nil, "record %d", i)})
		}
		partition := int32(0)
		data := &broker.ProducePartition_Records{Records: &broker.RecordList{Records: records}}
		request := &broker.ProduceRequest{Partitions: []*broker.ProducePartition{{Topic: topic, Partition: &partition, Data: data}}}
		if err := stream.Send(&broker.ProduceStreamRequest{CorrelationId: uint64(first), Produce: request}); err != nil {
			return // the reader of answers says why
		}
	}
	_ = stream.CloseSend()
}

// read takes total records. A reader that stops here stops the broker: HTTP/2 lets only so much on its way.
func read(ctx context.Context, c *client.Client, from *broker.FetchPartition, total int) int {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	fetch := &broker.FetchRequest{Partitions: []*broker.FetchPartition{from}, Decode: true, MaxBytes: 262144}
	stream := client.Must(c.Brokers.FetchStream(ctx, &broker.FetchStreamRequest{Fetch: fetch}))
	count := 0
	for count < total {
		for _, result := range client.Must(stream.Recv()).Fetch.Results {
			if result.Error != nil {
				log.Fatal(result.Error.Message)
			}
			count += len(result.Records)
		}
	}
	return count
}
