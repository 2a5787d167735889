// Submits three jobs that are operators and expressions, no program, and prints what they write: go run ./jobs [address] [prefix of topics and jobs]
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"slices"
	"time"

	"example.com/millrace-go/client"
	broker "example.com/millrace-go/gen/millrace/broker/v1"
	jobs "example.com/millrace-go/gen/millrace/coordinator/v1"
	"google.golang.org/grpc/status"
)

var (
	words    = []string{"To be or not", "to be"}
	readings = []string{
		`{"sensor": "boiler", "at": "2026-03-01T10:00:10Z", "celsius": 80.5}`,
		`{"sensor": "boiler", "at": "2026-03-01T10:00:40Z", "celsius": 90.0}`,
		`{"sensor": "hall", "at": "2026-03-01T10:00:50Z", "celsius": 21.0}`,
		`{"sensor": "boiler", "at": "2026-03-01T10:01:05Z", "celsius": 70.0}`,
	}
	text      = &jobs.Serde{Format: &jobs.Serde_String_{String_: &jobs.StringFormat{}}}
	plainJSON = &jobs.Serde{Format: &jobs.Serde_Json{Json: &jobs.JsonFormat{}}}
)

func source(topic string, value *jobs.Serde) *jobs.Operator {
	return &jobs.Operator{Kind: &jobs.Operator_Source{Source: &jobs.SourceOperator{Topic: topic, Value: value, Bounded: true}}}
}

func mapOf(parent string, operator *jobs.MapOperator) *jobs.Operator {
	return &jobs.Operator{Parents: []string{parent}, Kind: &jobs.Operator_Map{Map: operator}}
}

func sink(parent, topic string) *jobs.Operator {
	target := &jobs.SinkOperator_Topic{Topic: &jobs.TopicTarget{Topic: topic, Value: plainJSON}}
	return &jobs.Operator{Parents: []string{parent}, Kind: &jobs.Operator_Sink{Sink: &jobs.SinkOperator{Target: target}}}
}

// wordCount gives the words of all lines, each with its total.
func wordCount(name string) *jobs.JobGraph {
	return &jobs.JobGraph{Name: name, Operators: []*jobs.Operator{
		source(name+"-in", text),
		{Parents: []string{"source-1"}, Kind: &jobs.Operator_FlatMap{FlatMap: &jobs.FlatMapOperator{Values: `value.lowerAscii().split(" ")`}}},
		mapOf("flatMap-1", &jobs.MapOperator{Key: "value", Value: "1"}),
		{Parents: []string{"map-1"}, Kind: &jobs.Operator_ReduceByKey{ReduceByKey: &jobs.ReduceByKeyOperator{Combine: "left + right"}}},
		{Id: "totals", Parents: []string{"reduceByKey-1"}, Kind: &jobs.Operator_AggregateByKey{
			AggregateByKey: &jobs.AggregateByKeyOperator{Aggregate: "sum(value)", Unbounded: true},
		}},
		mapOf("totals", &jobs.MapOperator{Value: `{"word": key, "count": value}`}),
		sink("map-2", name+"-out"),
	}}
}

// hotMinutes counts and sums readings above 30 degrees by sensor and minute of their own time.
func hotMinutes(name, condition string) *jobs.JobGraph {
	reading := &jobs.JsonFormat{Fields: map[string]jobs.FieldType{
		"sensor": jobs.FieldType_FIELD_TYPE_STRING, "at": jobs.FieldType_FIELD_TYPE_TIMESTAMP, "celsius": jobs.FieldType_FIELD_TYPE_DOUBLE,
	}}
	window := &jobs.AggregateByTimeWindowOperator{
		Aggregate: `{"n": count(), "sum": sum(value), "max": max(value)}`, Window: &jobs.TimeWindow{SizeMs: 60_000},
	}
	time := &jobs.EventTimeOperator{Time: "value.at", WatermarkDelayMs: 10_000}
	row := `{"sensor": key, "minute": string(window.start), "n": value.n, "sum": value.sum, "max": value.max}`
	return &jobs.JobGraph{Name: name, Operators: []*jobs.Operator{
		source(name+"-in", &jobs.Serde{Format: &jobs.Serde_Json{Json: reading}}),
		{Parents: []string{"source-1"}, Kind: &jobs.Operator_Filter{Filter: &jobs.FilterOperator{Condition: condition}}},
		{Parents: []string{"filter-1"}, Kind: &jobs.Operator_EventTime{EventTime: time}},
		mapOf("eventTime-1", &jobs.MapOperator{Key: "value.sensor", Value: "value.celsius"}),
		{Id: "minutes", Parents: []string{"map-1"}, Kind: &jobs.Operator_AggregateByTimeWindow{AggregateByTimeWindow: window}},
		mapOf("minutes", &jobs.MapOperator{Value: row}),
		sink("map-2", name+"-out"),
	}}
}

// rises gives readings more than five degrees above the one before of their sensor: each key keeps its last reading, of which the first is none.
func rises(name string) *jobs.JobGraph {
	reading := &jobs.JsonFormat{Fields: map[string]jobs.FieldType{
		"sensor": jobs.FieldType_FIELD_TYPE_STRING, "celsius": jobs.FieldType_FIELD_TYPE_DOUBLE,
	}}
	last := &jobs.MapWithStateOperator{
		Initial: "10000.0", State: "value", Condition: "state > before + 5.0", TimeoutMs: 3_600_000,
		Result: `{"sensor": key, "from": before, "to": state}`,
	}
	return &jobs.JobGraph{Name: name, Operators: []*jobs.Operator{
		source(name+"-in", &jobs.Serde{Format: &jobs.Serde_Json{Json: reading}}),
		mapOf("source-1", &jobs.MapOperator{Key: "value.sensor", Value: "value.celsius"}),
		{Id: "rises", Parents: []string{"map-1"}, Kind: &jobs.Operator_MapWithState{MapWithState: last}},
		sink("rises", name+"-out"),
	}}
}

// run writes the input, submits the job, waits for its end (the source is bounded), and prints what it wrote.
func run(ctx context.Context, c *client.Client, graph *jobs.JobGraph, values []string) {
	in, out := graph.Name+"-in", graph.Name+"-out"
	c.CreateTopic(ctx, in, 1)
	c.CreateTopic(ctx, out, 1)
	var records []*broker.Record
	for _, value := range values {
		records = append(records, &broker.Record{Value: []byte(value)})
	}
	data := &broker.ProducePartition_Records{Records: &broker.RecordList{Records: records}}
	client.Must(c.Brokers.Produce(ctx, &broker.ProduceRequest{Partitions: []*broker.ProducePartition{{Topic: in, Data: data}}}))
	submitted := client.Must(c.Jobs.SubmitJob(ctx, &jobs.SubmitJobRequest{Graph: graph}))
	untilFinished(ctx, c, submitted.JobId)
	ask := &broker.FetchPartition{Topic: out}
	fetched := client.Must(c.Brokers.Fetch(ctx, &broker.FetchRequest{Partitions: []*broker.FetchPartition{ask}, MaxWaitMs: 1000, Decode: true}))
	var lines []string
	for _, record := range fetched.Results[0].Records {
		lines = append(lines, string(record.Value))
	}
	slices.Sort(lines)
	for _, line := range lines {
		fmt.Println(line)
	}
}

func untilFinished(ctx context.Context, c *client.Client, id string) {
	watch := client.Must(c.Jobs.WatchJob(ctx, &jobs.WatchJobRequest{Job: id}))
	for {
		answer, err := watch.Recv()
		if err == io.EOF {
			log.Fatalf("job %s: nobody says how it ended", id)
		}
		switch state := client.Must(answer, err).Status; state.State {
		case jobs.JobState_JOB_STATE_FINISHED:
			return
		case jobs.JobState_JOB_STATE_FAILED:
			log.Fatalf("job %s: %s [%s]", id, state.Error.Message, state.Error.Code)
		}
	}
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	c, prefix := client.New(client.Argument(1, "127.0.0.1:9190")), client.Argument(2, "go")
	run(ctx, c, wordCount(prefix+"-words"), words)
	run(ctx, c, hotMinutes(prefix+"-hot", "value.celsius > 30.0"), readings)
	run(ctx, c, rises(prefix+"-rises"), readings)
	// What does not fit is refused before anything runs: the message names operator, expression, column and fix.
	wrong := hotMinutes(prefix+"-hot", "value.fahrenheit > 90.0")
	if _, err := c.Jobs.SubmitJob(ctx, &jobs.SubmitJobRequest{Graph: wrong}); err != nil {
		fmt.Println("refused:", status.Convert(err).Message())
	}
}
