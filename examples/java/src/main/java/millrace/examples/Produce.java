package millrace.examples;

import millrace.broker.v1.Broker.ProducePartition;
import millrace.broker.v1.Broker.ProduceRequest;
import millrace.broker.v1.Broker.ProduceResult;
import millrace.broker.v1.Broker.Record;
import millrace.broker.v1.Broker.RecordList;

/** Sends ten records to a topic, which it makes if need be: [address] [topic]. */
public final class Produce {
  public static void main(String[] args) {
    String topic = Client.argument(args, 1, "hellos");
    try (Client client = new Client(Client.argument(args, 0, "127.0.0.1:9190"))) {
      client.createTopic(topic, 3);
      RecordList.Builder records = RecordList.newBuilder();
      for (int i = 0; i < 10; i++) {
        records.addRecords(Record.newBuilder().setKey(Client.bytes("java-" + i)).setValue(Client.bytes("hello " + i)));
      }
      // The broker spreads plain records by key, as Kafka clients do, and answers when they are stored.
      ProduceRequest request =
          ProduceRequest.newBuilder().addPartitions(ProducePartition.newBuilder().setTopic(topic).setRecords(records)).build();
      for (ProduceResult result : client.brokers().produce(request).getResultsList()) {
        String place = result.getTopic() + "-" + result.getPartition();
        if (result.hasError()) throw new IllegalStateException(place + ": " + result.getError().getMessage());
        System.out.println("produced " + place + " from offset " + result.getBaseOffset());
      }
    }
  }
}
