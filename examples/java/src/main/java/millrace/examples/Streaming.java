package millrace.examples;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import millrace.broker.v1.Broker.FetchPartition;
import millrace.broker.v1.Broker.FetchRequest;
import millrace.broker.v1.Broker.FetchResult;
import millrace.broker.v1.Broker.FetchStreamRequest;
import millrace.broker.v1.Broker.FetchStreamResponse;
import millrace.broker.v1.Broker.ListOffsetsRequest;
import millrace.broker.v1.Broker.OffsetQuery;
import millrace.broker.v1.Broker.ProducePartition;
import millrace.broker.v1.Broker.ProduceRequest;
import millrace.broker.v1.Broker.ProduceStreamRequest;
import millrace.broker.v1.Broker.ProduceStreamResponse;
import millrace.broker.v1.Broker.Record;
import millrace.broker.v1.Broker.RecordList;
import millrace.broker.v1.BrokerServiceGrpc;

/** Writes and reads at once over two streams, with bounded bytes on the way: [address] [topic] [records]. */
public final class Streaming {
  private static final int BATCH = 100; // records per request
  private static final int IN_FLIGHT = 16; // requests without an answer, so at most 1,600 records are on their way
  private static final long LATEST = -1;

  public static void main(String[] args) throws InterruptedException {
    String topic = Client.argument(args, 1, "stream");
    int total = Integer.parseInt(Client.argument(args, 2, "10000"));
    try (Client client = new Client(Client.argument(args, 0, "127.0.0.1:9190"))) {
      client.createTopic(topic, 1);
      OffsetQuery end = OffsetQuery.newBuilder().setTopic(topic).setTimestampMs(LATEST).build();
      long start = client.brokers().listOffsets(ListOffsetsRequest.newBuilder().addQueries(end).build()).getAnswers(0).getOffset();
      long began = System.nanoTime();
      Thread writer = new Thread(() -> produce(client, topic, total));
      writer.start();
      int read = read(client, topic, start, total);
      writer.join();
      System.out.printf("streamed %d records in %.2f s%n", read, (System.nanoTime() - began) / 1e9);
    }
  }

  private static void produce(Client client, String topic, int total) {
    Semaphore room = new Semaphore(IN_FLIGHT);
    CountDownLatch done = new CountDownLatch(1);
    StreamObserver<ProduceStreamRequest> requests =
        BrokerServiceGrpc.newStub(client.channel).produceStream(new StreamObserver<>() {
          @Override
          public void onNext(ProduceStreamResponse answer) {
            room.release();
            answer.getProduce().getResultsList().stream()
                .filter(result -> result.hasError())
                .forEach(result -> System.out.println("not stored: " + result.getError().getMessage()));
          }

          @Override
          public void onError(Throwable error) {
            System.out.println("stream ended: " + error.getMessage());
            room.release(IN_FLIGHT);
            done.countDown();
          }

          @Override
          public void onCompleted() {
            done.countDown();
          }
        });
    for (int first = 0; first < total; first += BATCH) {
      room.acquireUninterruptibly(); // waits while the broker is behind
      if (done.getCount() == 0) return;
      RecordList.Builder records = RecordList.newBuilder();
      for (int i = first; i < Math.min(first + BATCH, total); i++) records.addRecords(Record.newBuilder().setValue(Client.bytes("record " + i)));
      ProducePartition partition = ProducePartition.newBuilder().setTopic(topic).setPartition(0).setRecords(records).build();
      requests.onNext(
          ProduceStreamRequest.newBuilder().setCorrelationId(first).setProduce(ProduceRequest.newBuilder().addPartitions(partition)).build());
    }
    requests.onCompleted();
    try {
      done.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A reader that stops here stops the broker: HTTP/2 lets only so much on its way. */
  private static int read(Client client, String topic, long start, int total) {
    FetchPartition from = FetchPartition.newBuilder().setTopic(topic).setOffset(start).build();
    FetchRequest fetch = FetchRequest.newBuilder().addPartitions(from).setDecode(true).setMaxBytes(262_144).build();
    Context.CancellableContext call = Context.current().withCancellation();
    Context before = call.attach();
    try {
      int read = 0;
      Iterator<FetchStreamResponse> answers =
          BrokerServiceGrpc.newBlockingStub(client.channel).fetchStream(FetchStreamRequest.newBuilder().setFetch(fetch).build());
      while (read < total) {
        for (FetchResult result : answers.next().getFetch().getResultsList()) {
          if (result.hasError()) throw new IllegalStateException(result.getError().getMessage());
          read += result.getRecordsCount();
        }
      }
      return read;
    } finally {
      call.detach(before);
      call.cancel(null); // enough: the broker stops sending
    }
  }
}
