import java.time.Duration;
import java.util.*;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;

/** Kafka's own Java clients: codecs, groups, transactions, administration. Usage: Clients host:port classic|consumer */
public final class Clients {
  private static String address;
  private static String protocol;

  public static void main(String[] args) {
    address = args[0];
    protocol = args[1];
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) Checks.check("codec " + codec, () -> codec(codec));
    Checks.check("group: offsets committed, gone on from (" + protocol + ")", Clients::group);
    Checks.check("transactions: commit, abort, offsets, read_committed", Clients::transactions);
    Checks.check("transactions: an older producer is fenced", Clients::fencing);
    Checks.check("admin: topics, configs, groups, records, cluster", Clients::admin);
    System.exit(0);
  }

  private static Properties settings(Object... pairs) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", address);
    settings.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
    settings.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
    settings.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
    settings.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
    for (int index = 0; index < pairs.length; index += 2) settings.put(pairs[index], pairs[index + 1]);
    return settings;
  }

  private static String create(String name, int partitions) throws Exception {
    String topic = Checks.unique("java-" + name);
    try (Admin admin = Admin.create(settings())) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
    }
    return topic;
  }

  private static List<String> read(String topic, int count, Object... more) {
    List<String> found = new ArrayList<>();
    try (Consumer<String, String> consumer = new KafkaConsumer<>(settings(more))) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = System.currentTimeMillis() + 20_000;
      while (found.size() < count && System.currentTimeMillis() < end) for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) found.add(record.value());
    }
    return found;
  }

  private static void codec(String codec) throws Exception {
    String topic = create(codec, 1);
    List<String> sent = new ArrayList<>();
    try (Producer<String, String> producer = new KafkaProducer<>(settings("compression.type", codec, "linger.ms", "50"))) {
      for (int number = 0; number < 500; number++) {
        String value = ("value " + number + " ").repeat(20);
        sent.add(value);
        producer.send(new ProducerRecord<>(topic, "key", value));
      }
    }
    Checks.demand(read(topic, sent.size()).equals(sent), "what was read is not what was sent");
  }

  private static void group() throws Exception {
    String topic = create("group", 4);
    int expected = 0;
    for (int round = 0; round < 2; round++) {
      try (Producer<String, String> producer = new KafkaProducer<>(settings())) {
        for (int number = 0; number < 100; number++) producer.send(new ProducerRecord<>(topic, number % 4, null, "" + number));
      }
      Object[] kind = "consumer".equals(protocol) ? new Object[] {"group.protocol", "consumer"} : new Object[] {};
      Properties settings = settings(kind);
      settings.putAll(Map.of("group.id", topic, "auto.offset.reset", "earliest", "enable.auto.commit", "false"));
      try (Consumer<String, String> consumer = new KafkaConsumer<>(settings)) {
        consumer.subscribe(List.of(topic));
        int found = 0;
        long end = System.currentTimeMillis() + 40_000;
        while (found < 100 && System.currentTimeMillis() < end) {
          found += consumer.poll(Duration.ofMillis(500)).count();
          consumer.commitSync();
        }
        Checks.demand(found == 100, "round " + round + " read " + found);
        expected += found;
      }
    }
    try (Admin admin = Admin.create(settings())) {
      long committed = admin.listConsumerGroupOffsets(topic).partitionsToOffsetAndMetadata().get().values().stream().mapToLong(OffsetAndMetadata::offset).sum();
      Checks.demand(committed == expected, committed);
    }
  }

  private static void transactions() throws Exception {
    String topic = create("transactions", 1);
    TopicPartition source = new TopicPartition(create("source", 1), 0);
    try (Producer<String, String> producer = new KafkaProducer<>(settings("transactional.id", Checks.unique("java")))) {
      producer.initTransactions();
      for (int number = 0; number < 10; number++) {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic, "" + number)).get();
        producer.sendOffsetsToTransaction(Map.of(source, new OffsetAndMetadata(number)), new ConsumerGroupMetadata(topic));
        if (number % 2 == 0) producer.commitTransaction();
        else producer.abortTransaction();
      }
    }
    Checks.demand(read(topic, 5, "isolation.level", "read_committed").equals(List.of("0", "2", "4", "6", "8")), "read_committed");
    Checks.demand(read(topic, 10).size() == 10, "read_uncommitted");
    try (Admin admin = Admin.create(settings())) {
      Checks.demand(admin.listConsumerGroupOffsets(topic).partitionsToOffsetAndMetadata().get().get(source).offset() == 8, "offset in the transaction");
    }
  }

  private static void fencing() throws Exception {
    String topic = create("fenced", 1);
    String name = Checks.unique("java");
    try (Producer<String, String> older = new KafkaProducer<>(settings("transactional.id", name)); Producer<String, String> newer = new KafkaProducer<>(settings("transactional.id", name))) {
      older.initTransactions();
      older.beginTransaction();
      older.send(new ProducerRecord<>(topic, "old")).get();
      newer.initTransactions();
      try {
        older.send(new ProducerRecord<>(topic, "late")).get();
        older.commitTransaction();
        throw new AssertionError("the older producer was not fenced");
      } catch (ExecutionException error) {
        Checks.demand(error.getCause() instanceof ProducerFencedException || error.getCause() instanceof InvalidProducerEpochException, error.getCause());
      } catch (ProducerFencedException expected) {
        // As it should be.
      }
      newer.beginTransaction();
      newer.send(new ProducerRecord<>(topic, "new")).get();
      newer.commitTransaction();
    }
    Checks.demand(read(topic, 1, "isolation.level", "read_committed").equals(List.of("new")), "read_committed");
  }

  private static void admin() throws Exception {
    String topic = create("admin", 2);
    try (Admin admin = Admin.create(settings()); Producer<String, String> producer = new KafkaProducer<>(settings())) {
      for (int number = 0; number < 10; number++) producer.send(new ProducerRecord<>(topic, 0, null, "" + number)).get();
      Checks.demand(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size() == 2, "partitions");
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
      admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "5000000"), AlterConfigOp.OpType.SET)))).all().get();
      Checks.demand("5000000".equals(admin.describeConfigs(List.of(resource)).all().get().get(resource).get("retention.ms").value()), "retention.ms");
      TopicPartition partition = new TopicPartition(topic, 0);
      Checks.demand(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4))).lowWatermarks().get(partition).get().lowWatermark() == 4, "low watermark");
      Checks.demand(admin.listOffsets(Map.of(partition, OffsetSpec.latest())).all().get().get(partition).offset() == 10, "latest");
      Checks.demand(admin.describeCluster().nodes().get().size() == 1, "nodes");
      Checks.demand(!admin.describeLogDirs(List.of(admin.describeCluster().nodes().get().iterator().next().id())).allDescriptions().get().isEmpty(), "log dirs");
      admin.deleteTopics(List.of(topic)).all().get();
    }
  }
}
