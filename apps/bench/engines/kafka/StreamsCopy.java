import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/** servers= input= output= guarantee= checkpointMs= id= folder= parallelism= : values from topic to topic as they come, until the input is closed. */
public final class StreamsCopy {
  public static void main(String[] args) throws Exception {
    Bench bench = new Bench(args);
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bench.get("servers"));
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, bench.get("id"));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, bench.get("folder"));
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, bench.number("parallelism"));
    settings.put(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG, bench.is("guarantee", "exactly-once") ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, bench.number("checkpointMs"));
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
    StreamsBuilder copy = new StreamsBuilder();
    copy.stream(bench.get("input"), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .to(bench.get("output"), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    KafkaStreams streams = new KafkaStreams(copy.build(), settings);
    streams.start();
    while (streams.state() != KafkaStreams.State.RUNNING) Thread.sleep(50);
    Bench.begins();
    Bench.untilClosed();
    streams.close(Duration.ofSeconds(10));
  }
}
