import static org.apache.spark.sql.functions.*;

import java.util.Locale;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/** work=words|flights servers= input= output= folder= parallelism= : one process, everything that is there, then it ends. */
public final class SparkEngine {
  static Dataset<Row> words(Dataset<Row> records) {
    return records
        .select(explode(split(col("value").cast("string"), " ")).as("word"), col("timestamp"))
        .withWatermark("timestamp", "0 seconds")
        .groupBy(window(col("timestamp"), "10 seconds"), col("word"))
        .count()
        .select(named("word"), col("count").cast("string").as("value"));
  }

  static Dataset<Row> flights(Dataset<Row> records) {
    Column flight = from_json(col("value").cast("string"), "date long, delay long, origin string", java.util.Map.of());
    return records
        .select(flight.as("flight"))
        .select(timestamp_millis(col("flight.date")).as("time"), col("flight.delay"), col("flight.origin"))
        .withWatermark("time", "0 seconds")
        .groupBy(window(col("time"), "1 hour"), col("origin"))
        .agg(count("*").as("flights"), avg("delay").as("mean"))
        .select(named("origin"), concat(col("flights").cast("string"), lit(","), col("mean").cast("string")).as("value"));
  }

  /** What every result is called: its key and where its window begins. */
  static Column named(String column) {
    return concat(col(column), lit("@"), unix_millis(col("window.start")).cast("string")).as("key");
  }

  public static void main(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    Bench bench = new Bench(args);
    String work = bench.get("work");
    SparkSession spark =
        SparkSession.builder()
            .appName(work)
            .master("local[" + bench.get("parallelism") + "]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", bench.get("parallelism"))
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.warehouse.dir", bench.get("folder") + "/warehouse")
            .config("spark.local.dir", bench.get("folder"))
            .getOrCreate();
    Dataset<Row> records =
        spark.readStream()
            .format("kafka")
            .option("kafka.bootstrap.servers", bench.get("servers"))
            .option("subscribe", bench.get("input"))
            .option("startingOffsets", "earliest")
            .load();
    Dataset<Row> results =
        switch (work) {
          case "words" -> words(records);
          case "flights" -> flights(records);
          default -> throw new IllegalArgumentException("no such work: " + work);
        };
    Bench.begins();
    StreamingQuery query =
        results.writeStream()
            .format("kafka")
            .option("kafka.bootstrap.servers", bench.get("servers"))
            .option("topic", bench.get("output"))
            .option("checkpointLocation", bench.get("folder") + "/checkpoints")
            .outputMode("append")
            .trigger(Trigger.AvailableNow())
            .start();
    query.awaitTermination();
    Bench.ended();
    spark.stop();
  }
}
