// Package client is what the examples share: a channel, clients of the generated services, and the typed error of a failed call.
package client

import (
	"context"
	"log"
	"os"
	"time"

	broker "example.com/millrace-go/gen/millrace/broker/v1"
	common "example.com/millrace-go/gen/millrace/common/v1"
	topics "example.com/millrace-go/gen/millrace/coordinator/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// Client is one channel to any broker: it passes on what others serve.
type Client struct {
	Brokers broker.BrokerServiceClient
	Groups  broker.ConsumerGroupServiceClient
	Jobs    topics.JobServiceClient
	topics  topics.TopicServiceClient
}

// New connects when the first call is made.
func New(address string) *Client {
	channel := Must(grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials())))
	return &Client{
		broker.NewBrokerServiceClient(channel), broker.NewConsumerGroupServiceClient(channel),
		topics.NewJobServiceClient(channel), topics.NewTopicServiceClient(channel),
	}
}

// CreateTopic succeeds, changing nothing, when the topic is there.
func (c *Client) CreateTopic(ctx context.Context, name string, partitions int32) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	Must(c.topics.CreateTopic(ctx, &topics.CreateTopicRequest{Name: name, Partitions: partitions, IfNotExists: true}))
}

// CodeOf is the stable code of a failed call from its trailer, such as "unknown-member-id"; every code has a page in docs/errors.
func CodeOf(trailer metadata.MD) string {
	var typed common.Error
	for _, bytes := range trailer.Get("millrace-error-bin") {
		if proto.Unmarshal([]byte(bytes), &typed) == nil {
			return typed.Code
		}
	}
	return ""
}

// Argument of the command line, from 1.
func Argument(index int, otherwise string) string {
	if len(os.Args) > index {
		return os.Args[index]
	}
	return otherwise
}

// Must ends the program with the error.
func Must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
