import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** servers= input= output= guarantee= checkpointMs= id= folder= parallelism= : values from topic to topic as they come, until the input is closed. */
public final class FlinkCopy {
  static final class Bytes extends AbstractDeserializationSchema<byte[]> {
    @Override
    public byte[] deserialize(byte[] value) {
      return value;
    }
  }

  static final class SameBytes implements SerializationSchema<byte[]> {
    @Override
    public byte[] serialize(byte[] value) {
      return value;
    }
  }

  public static void main(String[] args) throws Exception {
    Bench bench = new Bench(args);
    StreamExecutionEnvironment flink = FlinkEngine.environment(bench);
    flink.setBufferTimeout(0);
    KafkaSource<byte[]> source = FlinkEngine.<byte[]>source(bench).setStartingOffsets(OffsetsInitializer.earliest()).setValueOnlyDeserializer(new Bytes()).build();
    Properties producer = new Properties();
    producer.put("transaction.timeout.ms", "600000");
    producer.put("linger.ms", "0");
    boolean exactly = bench.is("guarantee", "exactly-once");
    KafkaSinkBuilder<byte[]> sink =
        KafkaSink.<byte[]>builder()
            .setBootstrapServers(bench.get("servers"))
            .setKafkaProducerConfig(producer)
            .setRecordSerializer(KafkaRecordSerializationSchema.builder().setTopic(bench.get("output")).setValueSerializationSchema(new SameBytes()).build())
            .setDeliveryGuarantee(exactly ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE);
    if (exactly) sink.setTransactionalIdPrefix(bench.get("id"));
    flink.fromSource(source, WatermarkStrategy.noWatermarks(), "values").sinkTo(sink.build());
    JobClient job = flink.executeAsync("copy");
    Bench.begins();
    Bench.untilClosed();
    job.cancel().get();
  }
}
