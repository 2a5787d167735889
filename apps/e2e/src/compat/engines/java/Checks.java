import java.util.UUID;

/** How a Java program tells what works: one JSON line per check. */
final class Checks {
  private Checks() {}

  interface Body {
    void run() throws Exception;
  }

  static void check(String name, Body body) {
    long start = System.nanoTime();
    String error = "null";
    try {
      body.run();
    } catch (Throwable thrown) {
      error = quote(thrown + (thrown.getCause() == null ? "" : ": " + thrown.getCause()));
    }
    System.out.println("{\"check\": " + quote(name) + ", \"error\": " + error + ", \"seconds\": " + (System.nanoTime() - start) / 100_000_000 / 10.0 + "}");
  }

  static void demand(boolean holds, Object what) {
    if (!holds) throw new AssertionError(String.valueOf(what));
  }

  static String unique(String name) {
    return name + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  private static String quote(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "").replace("\t", " ") + "\"";
  }
}
