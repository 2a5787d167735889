import java.nio.file.Files;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.*;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;

/** Kafka Streams, exactly_once_v2: a word count whose last value of each word is the true count. Usage: StreamsWordCount host:port */
public final class StreamsWordCount {
  private static final int LINES = 2_000;
  private static final List<String> WORDS = List.of("mill", "race", "water", "wheel");

  public static void main(String[] args) {
    Checks.check("exactly_once_v2 word count with a changelog, stopped and started again half way", () -> run(args[0]));
    System.exit(0);
  }

  private static void run(String address) throws Exception {
    String in = Checks.unique("streams-in");
    String out = Checks.unique("streams-out");
    Map<String, Object> connection = Map.of("bootstrap.servers", address);
    try (Admin admin = Admin.create(connection)) {
      admin.createTopics(List.of(new NewTopic(in, 2, (short) 1), new NewTopic(out, 2, (short) 1))).all().get();
    }
    Properties settings = new Properties();
    settings.putAll(connection);
    settings.putAll(Map.of("application.id", in, "processing.guarantee", "exactly_once_v2", "replication.factor", "1", "commit.interval.ms", "100"));
    settings.put("state.dir", Files.createTempDirectory("millrace-streams").toString());
    settings.put("statestore.cache.max.bytes", "0");
    settings.put("default.key.serde", Serdes.StringSerde.class);
    settings.put("default.value.serde", Serdes.StringSerde.class);
    for (int half = 0; half < 2; half++) {
      produce(connection, in, half * LINES / 2, (half + 1) * LINES / 2);
      try (KafkaStreams streams = new KafkaStreams(topology(in, out), settings)) {
        streams.start();
        awaitCounts(connection, out, (half + 1) * LINES / 2);
      }
    }
  }

  private static Topology topology(String in, String out) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream(in).flatMapValues(line -> List.of(line.split(" "))).groupBy((key, word) -> word).count()
        .toStream().to(out, Produced.with(Serdes.String(), Serdes.Long()));
    return builder.build();
  }

  private static void produce(Map<String, Object> connection, String topic, int from, int end) {
    try (Producer<String, String> producer = new KafkaProducer<>(connection, new StringSerializer(), new StringSerializer())) {
      for (int line = from; line < end; line++) producer.send(new ProducerRecord<>(topic, "" + line, String.join(" ", WORDS)));
    }
  }

  /** Counts only ever rise by one: a value that comes twice, or is left out, breaks exactly once. */
  private static void awaitCounts(Map<String, Object> connection, String topic, long expected) {
    Map<String, Object> settings = new HashMap<>(connection);
    settings.put("isolation.level", "read_committed");
    try (Consumer<String, Long> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new LongDeserializer())) {
      List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<String, Long> counts = new HashMap<>();
      long end = System.currentTimeMillis() + 90_000;
      while (!WORDS.stream().allMatch(word -> counts.getOrDefault(word, 0L) == expected)) {
        Checks.demand(System.currentTimeMillis() < end, "counts are " + counts + ", expected " + expected);
        for (ConsumerRecord<String, Long> record : consumer.poll(Duration.ofMillis(200))) {
          Checks.demand(record.value() == counts.getOrDefault(record.key(), 0L) + 1, record.key() + " went from " + counts.get(record.key()) + " to " + record.value());
          counts.put(record.key(), record.value());
        }
      }
    }
  }
}
