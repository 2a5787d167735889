"""Writes and reads at once over two streams, with bounded bytes on the way: stream.py [address] [topic] [records]"""
import threading, time
from millrace_client import Client, argument, broker

BATCH, IN_FLIGHT = 100, 16  # records per request; requests without an answer, so at most 1,600 records are on their way

client, topic, total = Client(argument(1, "127.0.0.1:9190")), argument(2, "stream"), int(argument(3, "10000"))
client.create_topic(topic, partitions=1)
end = broker.ListOffsetsRequest(queries=[broker.OffsetQuery(topic=topic, partition=0, timestamp_ms=-1)])
start = client.brokers.ListOffsets(end, timeout=10).answers[0].offset
room = threading.Semaphore(IN_FLIGHT)


def requests():
    for first in range(0, total, BATCH):
        room.acquire()  # waits while the broker is behind
        records = [broker.Record(value=f"record {i}".encode()) for i in range(first, min(first + BATCH, total))]
        partition = broker.ProducePartition(topic=topic, partition=0, records=broker.RecordList(records=records))
        yield broker.ProduceStreamRequest(correlation_id=first, produce=broker.ProduceRequest(partitions=[partition]))


def produce():
    for answer in client.brokers.ProduceStream(requests()):
        room.release()
        for result in answer.produce.results:
            if result.HasField("error"):
                print("not stored:", result.error.message)


began = time.monotonic()
writer = threading.Thread(target=produce)
writer.start()
fetch = broker.FetchRequest(partitions=[broker.FetchPartition(topic=topic, partition=0, offset=start)], decode=True, max_bytes=262144)
read = 0
# A reader that stops here stops the broker: HTTP/2 lets only so much on its way.
for answer in (stream := client.brokers.FetchStream(broker.FetchStreamRequest(fetch=fetch))):
    for result in answer.fetch.results:
        if result.HasField("error"):
            raise SystemExit(result.error.message)
        read += len(result.records)
    if read >= total:
        stream.cancel()
        break
writer.join()
print(f"streamed {read} records in {time.monotonic() - began:.2f} s")
