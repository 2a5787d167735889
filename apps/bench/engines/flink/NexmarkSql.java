import java.util.Locale;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** work=q0... servers= input= output= guarantee= checkpointMs= id= folder= parallelism= : a query of Nexmark in Flink's SQL, from the events that are there, as JSON from topic to topic. */
public final class NexmarkSql {
  static final String BID = "auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` BIGINT, extra STRING";
  static final String WHOLE_BID = "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` BIGINT, extra STRING";
  static final String HOPS =
      "SELECT auction, COUNT(*) AS num, window_start, window_end"
          + " FROM TABLE(HOP(TABLE bid, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY auction, window_start, window_end";

  /** Milliseconds since 1970 of a window's bound. */
  static String millis(String time) {
    return "CAST(TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', " + time + ") AS BIGINT) * 1000 + EXTRACT(MILLISECOND FROM " + time + ")";
  }

  static String columnsOf(String query) {
    return switch (query) {
      case "q0" -> BID;
      case "q1" -> "auction BIGINT, bidder BIGINT, price DECIMAL(23, 3), `dateTime` BIGINT, extra STRING";
      case "q2" -> "auction BIGINT, price BIGINT";
      case "q3" -> "name STRING, city STRING, state STRING, id BIGINT";
      case "q4" -> "category BIGINT, average BIGINT, PRIMARY KEY (category) NOT ENFORCED";
      case "q5" -> "auction BIGINT, num BIGINT, starttime BIGINT";
      case "q7" -> "auction BIGINT, price BIGINT, bidder BIGINT, `dateTime` BIGINT, extra STRING";
      case "q8" -> "id BIGINT, name STRING, starttime BIGINT";
      case "q11" -> "bidder BIGINT, bid_count BIGINT, starttime BIGINT";
      case "q18" -> WHOLE_BID + ", PRIMARY KEY (bidder, auction) NOT ENFORCED";
      case "q20" ->
          WHOLE_BID + ", itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, adateTime BIGINT, expires BIGINT, seller BIGINT, category BIGINT, aextra STRING";
      default -> throw new IllegalArgumentException("no such query: " + query);
    };
  }

  static String selectOf(String query) {
    return switch (query) {
      case "q0" -> "SELECT auction, bidder, price, `dateTime`, extra FROM bid";
      case "q1" -> "SELECT auction, bidder, 0.908 * price, `dateTime`, extra FROM bid";
      case "q2" -> "SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0";
      case "q3" -> "SELECT P.name, P.city, P.state, A.id FROM auction A JOIN person P ON A.seller = P.id WHERE A.category = 10 AND P.state IN ('OR', 'ID', 'CA')";
      case "q4" ->
          "SELECT category, AVG(price) FROM (SELECT MAX(B.price) AS price, A.category FROM auction A JOIN bid B ON A.id = B.auction"
              + " WHERE B.`dateTime` BETWEEN A.`dateTime` AND A.expires GROUP BY A.id, A.category) GROUP BY category";
      case "q5" ->
          "SELECT C.auction, C.num, " + millis("C.window_start") + " FROM (" + HOPS + ") C JOIN (SELECT MAX(num) AS most, window_start, window_end FROM (" + HOPS
              + ") GROUP BY window_start, window_end) M ON C.window_start = M.window_start AND C.window_end = M.window_end AND C.num >= M.most";
      case "q7" ->
          "SELECT B.auction, B.price, B.bidder, B.`dateTime`, B.extra FROM bid B JOIN (SELECT MAX(price) AS most, " + millis("window_end") + " AS windowEnd"
              + " FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end) M"
              + " ON B.price = M.most WHERE B.`dateTime` BETWEEN M.windowEnd - 10000 AND M.windowEnd";
      case "q8" ->
          "SELECT P.id, P.name, " + millis("P.window_start") + " FROM (SELECT id, name, window_start, window_end"
              + " FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY id, name, window_start, window_end) P"
              + " JOIN (SELECT seller, window_start, window_end FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY seller, window_start, window_end) A"
              + " ON P.id = A.seller AND P.window_start = A.window_start AND P.window_end = A.window_end";
      case "q11" ->
          "SELECT bidder, COUNT(*), " + millis("window_start") + " FROM TABLE(SESSION(TABLE bid PARTITION BY bidder, DESCRIPTOR(ts), INTERVAL '10' SECOND))"
              + " GROUP BY bidder, window_start, window_end";
      case "q18" ->
          "SELECT auction, bidder, price, channel, url, `dateTime`, extra FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY ts DESC) AS place FROM bid)"
              + " WHERE place <= 1";
      case "q20" ->
          "SELECT B.auction, B.bidder, B.price, B.channel, B.url, B.`dateTime`, B.extra, A.itemName, A.description, A.initialBid, A.reserve, A.`dateTime`, A.expires, A.seller, A.category, A.extra"
              + " FROM bid B JOIN auction A ON B.auction = A.id WHERE A.category = 10";
      default -> throw new IllegalArgumentException("no such query: " + query);
    };
  }

  static void declareEvents(StreamTableEnvironment sql, Bench bench) {
    sql.executeSql(
        "CREATE TABLE events (kind INT, id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, itemName STRING, description STRING,"
            + " initialBid BIGINT, reserve BIGINT, expires BIGINT, seller BIGINT, category BIGINT, auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,"
            + " `dateTime` BIGINT, extra STRING, ts AS TO_TIMESTAMP_LTZ(`dateTime`, 3), WATERMARK FOR ts AS ts - INTERVAL '4' SECOND) WITH ('connector' = 'kafka', 'topic' = '"
            + bench.get("input") + "', 'properties.bootstrap.servers' = '" + bench.get("servers") + "', 'properties.group.id' = '" + bench.get("id")
            + "', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'format' = 'json')");
    sql.executeSql("CREATE VIEW person AS SELECT id, name, emailAddress, creditCard, city, state, `dateTime`, extra, ts FROM events WHERE kind = 0");
    sql.executeSql(
        "CREATE VIEW auction AS SELECT id, itemName, description, initialBid, reserve, `dateTime`, expires, seller, category, extra, ts FROM events WHERE kind = 1");
    sql.executeSql("CREATE VIEW bid AS SELECT auction, bidder, price, channel, url, `dateTime`, extra, ts FROM events WHERE kind = 2");
  }

  static void declareOutput(StreamTableEnvironment sql, Bench bench, String columns) {
    boolean replaces = columns.contains("PRIMARY KEY");
    String format = replaces ? "'connector' = 'upsert-kafka', 'key.format' = 'json', 'value.format' = 'json'" : "'connector' = 'kafka', 'format' = 'json'";
    sql.executeSql(
        "CREATE TABLE results (" + columns + ") WITH (" + format + ", 'topic' = '" + bench.get("output") + "', 'properties.bootstrap.servers' = '" + bench.get("servers")
            + "', 'properties.transaction.timeout.ms' = '600000', 'sink.delivery-guarantee' = '" + bench.get("guarantee") + "', 'sink.transactional-id-prefix' = '"
            + bench.get("id") + "')");
  }

  public static void main(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    Bench bench = new Bench(args);
    String query = bench.get("work");
    StreamExecutionEnvironment flink = FlinkEngine.environment(bench);
    StreamTableEnvironment sql = StreamTableEnvironment.create(flink);
    sql.getConfig().set("table.local-time-zone", "UTC");
    // As Flink's own runs of this suite are configured.
    sql.getConfig().set("table.exec.mini-batch.enabled", "true");
    sql.getConfig().set("table.exec.mini-batch.allow-latency", "2s");
    sql.getConfig().set("table.exec.mini-batch.size", "50000");
    declareEvents(sql, bench);
    declareOutput(sql, bench, columnsOf(query));
    StatementSet all = sql.createStatementSet();
    all.addInsertSql("INSERT INTO results " + selectOf(query));
    Bench.begins();
    all.execute().await();
    Bench.ended();
  }
}
