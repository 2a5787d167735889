"""Submits three jobs that are operators and expressions, no program, and prints what they write: jobs.py [address] [prefix of topics and jobs]"""
import json
from millrace_client import Client, argument, broker, grpc, graph, job

WORDS = ["To be or not", "to be"]
READINGS = [
    {"sensor": "boiler", "at": "2026-03-01T10:00:10Z", "celsius": 80.5},
    {"sensor": "boiler", "at": "2026-03-01T10:00:40Z", "celsius": 90.0},
    {"sensor": "hall", "at": "2026-03-01T10:00:50Z", "celsius": 21.0},
    {"sensor": "boiler", "at": "2026-03-01T10:01:05Z", "celsius": 70.0},
]

client, prefix = Client(argument(1, "127.0.0.1:9190")), argument(2, "python")
TEXT, JSON = graph.Serde(string=graph.StringFormat()), graph.Serde(json=graph.JsonFormat())


def word_count(name):
    """Words of all lines, each with its total."""
    Operator = graph.Operator
    return graph.JobGraph(name=name, operators=[
        Operator(source=graph.SourceOperator(topic=f"{name}-in", value=TEXT, bounded=True)),
        Operator(parents=["source-1"], flat_map=graph.FlatMapOperator(values='value.lowerAscii().split(" ")')),
        Operator(parents=["flatMap-1"], map=graph.MapOperator(key="value", value="1")),
        Operator(parents=["map-1"], reduce_by_key=graph.ReduceByKeyOperator(combine="left + right")),
        Operator(id="totals", parents=["reduceByKey-1"], aggregate_by_key=graph.AggregateByKeyOperator(aggregate="sum(value)", unbounded=True)),
        Operator(parents=["totals"], map=graph.MapOperator(value='{"word": key, "count": value}')),
        Operator(parents=["map-2"], sink=graph.SinkOperator(topic=graph.TopicTarget(topic=f"{name}-out", value=JSON))),
    ])


def hot_minutes(name):
    """Readings above 30 degrees, counted and summed by sensor and minute of their own time."""
    Operator = graph.Operator
    fields = {"sensor": graph.FIELD_TYPE_STRING, "at": graph.FIELD_TYPE_TIMESTAMP, "celsius": graph.FIELD_TYPE_DOUBLE}
    reading = graph.Serde(json=graph.JsonFormat(fields=fields))
    return graph.JobGraph(name=name, operators=[
        Operator(source=graph.SourceOperator(topic=f"{name}-in", value=reading, bounded=True)),
        Operator(parents=["source-1"], filter=graph.FilterOperator(condition="value.celsius > 30.0")),
        Operator(parents=["filter-1"], event_time=graph.EventTimeOperator(time="value.at", watermark_delay_ms=10_000)),
        Operator(parents=["eventTime-1"], map=graph.MapOperator(key="value.sensor", value="value.celsius")),
        Operator(id="minutes", parents=["map-1"], aggregate_by_time_window=graph.AggregateByTimeWindowOperator(
            aggregate='{"n": count(), "sum": sum(value), "max": max(value)}', window=graph.TimeWindow(size_ms=60_000))),
        Operator(parents=["minutes"], map=graph.MapOperator(
            value='{"sensor": key, "minute": string(window.start), "n": value.n, "sum": value.sum, "max": value.max}')),
        Operator(parents=["map-2"], sink=graph.SinkOperator(topic=graph.TopicTarget(topic=f"{name}-out", value=JSON))),
    ])


def rises(name):
    """Readings more than five degrees above the one before of their sensor: each key keeps its last reading, of which the first is none."""
    Operator = graph.Operator
    fields = {"sensor": graph.FIELD_TYPE_STRING, "celsius": graph.FIELD_TYPE_DOUBLE}
    reading = graph.Serde(json=graph.JsonFormat(fields=fields))
    return graph.JobGraph(name=name, operators=[
        Operator(source=graph.SourceOperator(topic=f"{name}-in", value=reading, bounded=True)),
        Operator(parents=["source-1"], map=graph.MapOperator(key="value.sensor", value="value.celsius")),
        Operator(id="rises", parents=["map-1"], map_with_state=graph.MapWithStateOperator(
            initial="10000.0", state="value", condition="state > before + 5.0", timeout_ms=3_600_000,
            result='{"sensor": key, "from": before, "to": state}')),
        Operator(parents=["rises"], sink=graph.SinkOperator(topic=graph.TopicTarget(topic=f"{name}-out", value=JSON))),
    ])


def run(job_graph, values):
    """Writes the input, submits the job, waits for its end (the source is bounded), and gives what it wrote."""
    for end in ("in", "out"):
        client.create_topic(f"{job_graph.name}-{end}", partitions=1)
    records = broker.RecordList(records=[broker.Record(value=value.encode()) for value in values])
    produce = broker.ProducePartition(topic=f"{job_graph.name}-in", records=records)
    client.brokers.Produce(broker.ProduceRequest(partitions=[produce]), timeout=30)
    job_id = client.jobs.SubmitJob(job.SubmitJobRequest(graph=job_graph), timeout=30).job_id
    for answer in client.jobs.WatchJob(job.WatchJobRequest(job=job_id), timeout=120):
        if answer.status.state in (job.JOB_STATE_FAILED, job.JOB_STATE_FINISHED):
            break
    if answer.status.state != job.JOB_STATE_FINISHED:
        raise SystemExit(f"job {job_id}: {answer.status.error.message} [{answer.status.error.code}]")
    ask = broker.FetchPartition(topic=f"{job_graph.name}-out", partition=0, offset=0)
    fetched = client.brokers.Fetch(broker.FetchRequest(partitions=[ask], max_wait_ms=1000, decode=True), timeout=30)
    return sorted(json.dumps(json.loads(record.value), sort_keys=True) for record in fetched.results[0].records)


readings = [json.dumps(reading) for reading in READINGS]
for line in run(word_count(f"{prefix}-words"), WORDS) + run(hot_minutes(f"{prefix}-hot"), readings) + run(rises(f"{prefix}-rises"), readings):
    print(line)

# What does not fit is refused before anything runs: the message names operator, expression, column and fix.
wrong = hot_minutes(f"{prefix}-hot")
wrong.operators[1].filter.condition = "value.fahrenheit > 90.0"
try:
    client.jobs.SubmitJob(job.SubmitJobRequest(graph=wrong), timeout=30)
except grpc.RpcError as error:
    print("refused:", error.details())
