// Sends ten records to a topic, which it makes if need be: go run ./produce [address] [topic]
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/millrace-go/client"
	broker "example.com/millrace-go/gen/millrace/broker/v1"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, topic := client.New(client.Argument(1, "127.0.0.1:9190")), client.Argument(2, "hellos")
	c.CreateTopic(ctx, topic, 3)
	var records []*broker.Record
	for i := range 10 {
		records = append(records, &broker.Record{Key: fmt.Appendf(nil, "go-%d", i), Value: fmt.Appendf(nil, "hello %d", i)})
	}
	// The broker spreads plain records by key, as Kafka clients do, and answers when they are stored.
	plain := &broker.ProducePartition_Records{Records: &broker.RecordList{Records: records}}
	request := &broker.ProduceRequest{Partitions: []*broker.ProducePartition{{Topic: topic, Data: plain}}}
	for _, result := range client.Must(c.Brokers.Produce(ctx, request)).Results {
		if result.Error != nil {
			log.Fatalf("%s-%d: %s [%s]", result.Topic, result.Partition, result.Error.Message, result.Error.Code)
		}
		fmt.Printf("produced %s-%d from offset %d\n", result.Topic, result.Partition, result.BaseOffset)
	}
}
