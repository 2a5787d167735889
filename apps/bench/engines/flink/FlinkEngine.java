import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** work=words|flights servers= input= output= guarantee=exactly-once|at-least-once checkpointMs= id= folder= parallelism= : one process, heap state. */
public final class FlinkEngine {
  /** A result on its way out: key (may be missing) and value. */
  static final TypeInformation<Tuple2<String, String>> RESULT = Types.TUPLE(Types.STRING, Types.STRING);

  static final class FlightReader implements KafkaRecordDeserializationSchema<Tuple3<String, Long, Long>> {
    private transient ObjectMapper json;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Tuple3<String, Long, Long>> out) throws IOException {
      if (json == null) json = new ObjectMapper();
      JsonNode flight = json.readTree(record.value());
      out.collect(Tuple3.of(flight.get("origin").asText(), flight.get("date").asLong(), flight.get("delay").asLong()));
    }

    @Override
    public TypeInformation<Tuple3<String, Long, Long>> getProducedType() {
      return Types.TUPLE(Types.STRING, Types.LONG, Types.LONG);
    }
  }

  static final class ResultWriter implements KafkaRecordSerializationSchema<Tuple2<String, String>> {
    private final String topic;

    ResultWriter(String topic) {
      this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(Tuple2<String, String> result, KafkaSinkContext context, Long timestamp) {
      byte[] key = result.f0 == null ? null : result.f0.getBytes(StandardCharsets.UTF_8);
      return new ProducerRecord<>(topic, null, key, result.f1.getBytes(StandardCharsets.UTF_8));
    }
  }

  static final class Count implements AggregateFunction<Tuple2<String, Long>, Long, Long> {
    @Override public Long createAccumulator() { return 0L; }
    @Override public Long add(Tuple2<String, Long> word, Long count) { return count + word.f1; }
    @Override public Long getResult(Long count) { return count; }
    @Override public Long merge(Long left, Long right) { return left + right; }
  }

  static final class CountAndSum implements AggregateFunction<Tuple3<String, Long, Long>, Tuple2<Long, Long>, Tuple2<Long, Long>> {
    @Override public Tuple2<Long, Long> createAccumulator() { return Tuple2.of(0L, 0L); }
    @Override public Tuple2<Long, Long> add(Tuple3<String, Long, Long> flight, Tuple2<Long, Long> all) { return Tuple2.of(all.f0 + 1, all.f1 + flight.f2); }
    @Override public Tuple2<Long, Long> getResult(Tuple2<Long, Long> all) { return all; }
    @Override public Tuple2<Long, Long> merge(Tuple2<Long, Long> left, Tuple2<Long, Long> right) { return Tuple2.of(left.f0 + right.f0, left.f1 + right.f1); }
  }

  static final class CountResult extends ProcessWindowFunction<Long, Tuple2<String, String>, String, TimeWindow> {
    @Override
    public void process(String word, Context context, Iterable<Long> counts, Collector<Tuple2<String, String>> out) {
      out.collect(Tuple2.of(word + "@" + context.window().getStart(), Long.toString(counts.iterator().next())));
    }
  }

  static final class MeanResult extends ProcessWindowFunction<Tuple2<Long, Long>, Tuple2<String, String>, String, TimeWindow> {
    @Override
    public void process(String origin, Context context, Iterable<Tuple2<Long, Long>> all, Collector<Tuple2<String, String>> out) {
      Tuple2<Long, Long> total = all.iterator().next();
      out.collect(Tuple2.of(origin + "@" + context.window().getStart(), total.f0 + "," + (double) total.f1 / total.f0));
    }
  }

  static StreamExecutionEnvironment environment(Bench bench) {
    Configuration settings = new Configuration();
    settings.setString("execution.checkpointing.storage", "filesystem");
    settings.setString("execution.checkpointing.dir", "file://" + bench.get("folder"));
    settings.setString("state.backend.type", "hashmap");
    settings.setString("rest.port", "0");
    settings.setString("io.tmp.dirs", bench.get("folder"));
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.createLocalEnvironment(bench.number("parallelism"), settings);
    flink.getConfig().enableObjectReuse();
    boolean exactly = bench.is("guarantee", "exactly-once");
    flink.enableCheckpointing(bench.number("checkpointMs"), exactly ? CheckpointingMode.EXACTLY_ONCE : CheckpointingMode.AT_LEAST_ONCE);
    return flink;
  }

  static KafkaSink<Tuple2<String, String>> sink(Bench bench) {
    Properties producer = new Properties();
    producer.put("transaction.timeout.ms", "600000");
    boolean exactly = bench.is("guarantee", "exactly-once");
    KafkaSinkBuilder<Tuple2<String, String>> sink =
        KafkaSink.<Tuple2<String, String>>builder()
            .setBootstrapServers(bench.get("servers"))
            .setKafkaProducerConfig(producer)
            .setRecordSerializer(new ResultWriter(bench.get("output")))
            .setDeliveryGuarantee(exactly ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE);
    return (exactly ? sink.setTransactionalIdPrefix(bench.get("id")) : sink).build();
  }

  static <T> KafkaSourceBuilder<T> source(Bench bench) {
    return KafkaSource.<T>builder()
        .setBootstrapServers(bench.get("servers"))
        .setTopics(bench.get("input"))
        .setGroupId(bench.get("id"))
        .setStartingOffsets(OffsetsInitializer.earliest());
  }

  static DataStream<Tuple2<String, String>> words(Bench bench, StreamExecutionEnvironment flink) {
    KafkaSource<String> lines =
        FlinkEngine.<String>source(bench).setBounded(OffsetsInitializer.latest()).setValueOnlyDeserializer(new SimpleStringSchema()).build();
    return flink.fromSource(lines, WatermarkStrategy.<String>forMonotonousTimestamps(), "lines")
        .flatMap((String line, Collector<Tuple2<String, Long>> out) -> {
          for (String word : line.split(" ")) out.collect(Tuple2.of(word, 1L));
        })
        .returns(Types.TUPLE(Types.STRING, Types.LONG))
        .keyBy(word -> word.f0, Types.STRING)
        .window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
        .aggregate(new Count(), new CountResult(), Types.LONG, Types.LONG, RESULT);
  }

  static DataStream<Tuple2<String, String>> flights(Bench bench, StreamExecutionEnvironment flink) {
    KafkaSource<Tuple3<String, Long, Long>> flights =
        FlinkEngine.<Tuple3<String, Long, Long>>source(bench).setBounded(OffsetsInitializer.latest()).setDeserializer(new FlightReader()).build();
    WatermarkStrategy<Tuple3<String, Long, Long>> inOrder =
        WatermarkStrategy.<Tuple3<String, Long, Long>>forMonotonousTimestamps().withTimestampAssigner((flight, none) -> flight.f1);
    TypeInformation<Tuple2<Long, Long>> total = Types.TUPLE(Types.LONG, Types.LONG);
    return flink.fromSource(flights, inOrder, "flights")
        .keyBy(flight -> flight.f0, Types.STRING)
        .window(TumblingEventTimeWindows.of(Duration.ofHours(1)))
        .aggregate(new CountAndSum(), new MeanResult(), total, total, RESULT);
  }

  public static void main(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    Bench bench = new Bench(args);
    String work = bench.get("work");
    StreamExecutionEnvironment flink = environment(bench);
    switch (work) {
      case "words" -> words(bench, flink).sinkTo(sink(bench));
      case "flights" -> flights(bench, flink).sinkTo(sink(bench));
      default -> throw new IllegalArgumentException("no such work: " + work);
    }
    Bench.begins();
    flink.execute(work);
    Bench.ended();
  }
}
