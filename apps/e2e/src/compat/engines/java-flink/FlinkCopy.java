import java.util.*;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.*;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.*;

/** Flink reads a topic and writes another, EXACTLY_ONCE with checkpoints, and fails once in the middle. Usage: FlinkCopy host:port */
public final class FlinkCopy {
  private static final int RECORDS = 5_000;
  private static volatile boolean hasFailed;

  public static void main(String[] args) {
    Checks.check("KafkaSource to KafkaSink, EXACTLY_ONCE, with a failure and a restart from a checkpoint", () -> run(args[0]));
    System.exit(0);
  }

  private static void run(String address) throws Exception {
    String in = Checks.unique("flink-in");
    String out = Checks.unique("flink-out");
    Map<String, Object> connection = Map.of("bootstrap.servers", address);
    try (Admin admin = Admin.create(connection)) {
      admin.createTopics(List.of(new NewTopic(in, 2, (short) 1), new NewTopic(out, 2, (short) 1))).all().get();
    }
    try (Producer<String, String> producer = new KafkaProducer<>(connection, new StringSerializer(), new StringSerializer())) {
      for (int number = 0; number < RECORDS; number++) producer.send(new ProducerRecord<>(in, number % 2, null, "" + number));
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
    env.enableCheckpointing(300);
    KafkaSource<String> source = KafkaSource.<String>builder().setBootstrapServers(address).setTopics(in).setGroupId(in)
        .setStartingOffsets(OffsetsInitializer.earliest()).setBounded(OffsetsInitializer.latest()).setValueOnlyDeserializer(new SimpleStringSchema()).build();
    KafkaSink<String> sink = KafkaSink.<String>builder().setBootstrapServers(address).setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(in).setProperty("transaction.timeout.ms", "60000")
        .setRecordSerializer(KafkaRecordSerializationSchema.<String>builder().setTopic(out).setValueSerializationSchema(new SimpleStringSchema()).build()).build();
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "source").map(FlinkCopy::slowlyAndOnceNot).sinkTo(sink);
    env.execute("copy");
    Checks.demand(hasFailed, "the failure was not met");
    verify(connection, out);
  }

  private static String slowlyAndOnceNot(String value) throws Exception {
    int number = Integer.parseInt(value);
    if (number % 5 == 0) Thread.sleep(1);
    if (number > RECORDS / 2 && !hasFailed) {
      hasFailed = true;
      throw new IllegalStateException("planted failure");
    }
    return value;
  }

  private static void verify(Map<String, Object> connection, String topic) {
    Map<String, Object> settings = new HashMap<>(connection);
    settings.put("isolation.level", "read_committed");
    List<String> found = new ArrayList<>();
    try (Consumer<String, String> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long end = System.currentTimeMillis() + 20_000;
      while (found.size() < RECORDS && System.currentTimeMillis() < end) consumer.poll(java.time.Duration.ofMillis(300)).forEach(record -> found.add(record.value()));
      consumer.poll(java.time.Duration.ofSeconds(1)).forEach(record -> found.add(record.value()));
    }
    Checks.demand(found.size() == RECORDS && new HashSet<>(found).size() == RECORDS, found.size() + " records, " + new HashSet<>(found).size() + " different ones");
  }
}
