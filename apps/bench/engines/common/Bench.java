import java.util.HashMap;
import java.util.Map;

/** What every program of a comparison does alike: settings as name=value, and telling when the work is handed over and when it has ended. */
final class Bench {
  private final Map<String, String> settings = new HashMap<>();

  Bench(String[] args) {
    for (String arg : args) {
      int at = arg.indexOf('=');
      if (at < 0) throw new IllegalArgumentException("a setting is name=value, not " + arg);
      settings.put(arg.substring(0, at), arg.substring(at + 1));
    }
  }

  String get(String name) {
    String value = settings.get(name);
    if (value == null) throw new IllegalArgumentException("missing: " + name + "=...");
    return value;
  }

  int number(String name) {
    return Integer.parseInt(get(name));
  }

  boolean is(String name, String value) {
    return get(name).equals(value);
  }

  /** From here on counts what the engine does itself. */
  static void begins() {
    System.out.println("BEGINS");
    System.out.flush();
  }

  /** Of work without an end: goes on until the bench closes its input. */
  static void untilClosed() throws java.io.IOException {
    while (System.in.read() >= 0) {}
  }

  /** All output is committed. Stays until the bench has read what the process took, and closes its input. */
  static void ended() throws java.io.IOException {
    System.out.println("ENDED");
    System.out.flush();
    untilClosed();
  }
}
