// Creates a topic, produces, fetches and lists topics: everything a Millrace client needs, over one address.
package main

import (
	"context"
	broker "example.com/millrace-go/gen/millrace/broker/v1"
	topics "example.com/millrace-go/gen/millrace/coordinator/v1"
	"fmt"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"os"
)

func main() {
	ctx, address := context.Background(), append(os.Args, "127.0.0.1:9190")[1]
	channel := must(grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials())))
	brokers, admin := broker.NewBrokerServiceClient(channel), topics.NewTopicServiceClient(channel)
	must(admin.CreateTopic(ctx, &topics.CreateTopicRequest{Name: "greetings", Partitions: 1, IfNotExists: true}))
	records := &broker.ProducePartition_Records{Records: &broker.RecordList{Records: []*broker.Record{{Key: []byte("go"), Value: []byte("hello")}}}}
	produced := must(brokers.Produce(ctx, &broker.ProduceRequest{Partitions: []*broker.ProducePartition{{Topic: "greetings", Data: records}}})).Results[0]
	fmt.Println("produced at offset", produced.BaseOffset, produced.Error.GetMessage())
	ask := []*broker.FetchPartition{{Topic: "greetings", Partition: 0, Offset: produced.BaseOffset}}
	for _, record := range must(brokers.Fetch(ctx, &broker.FetchRequest{Partitions: ask, MaxWaitMs: 1000, Decode: true})).Results[0].Records {
		fmt.Println("fetched", record.Offset, string(record.Key), string(record.Value))
	}
	for _, topic := range must(admin.ListTopics(ctx, &topics.ListTopicsRequest{})).Topics {
		fmt.Println("topic", topic.Name, "with", len(topic.Partitions), "partitions")
	}
}
