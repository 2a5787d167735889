import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AppError } from "@millrace/model";

const NATIVE = fileURLToPath(new URL("../../native/", import.meta.url));
const CACHE = fileURLToPath(new URL("../../../../node_modules/.cache/millrace-bench/", import.meta.url));
const HEADER = "/usr/include/librdkafka/rdkafka.h";
/** Of a run's output: latencies of an hour at 1,000/s are 25 MB. */
const OUTPUT_BYTES_MAX = 268_435_456;

/** `kafka-load`: whole clients on librdkafka. `kafka-raw`: encoded batches over raw connections. `kafka-files`: topics from files, and files from topics. `kafka-topics`: a first record, and many topics. `page-cache`: no client, but built alike. */
export type NativeClient = "kafka-load" | "kafka-raw" | "kafka-files" | "kafka-topics" | "page-cache";

/** Runs one command of a C client (native/) and gives its JSON; `onLine` hears each line of its standard error. */
export async function kafkaLoad(
  args: readonly (string | number)[],
  onLine: (line: string) => void = () => undefined,
  client: NativeClient = "kafka-load",
): Promise<unknown> {
  const child = spawn(builtClient(client), args.map(String), { stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  const lines: string[] = [];
  let bytes = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > OUTPUT_BYTES_MAX) child.kill();
    else output.push(chunk);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    for (const line of text.split("\n").filter((each) => each !== "")) {
      if (lines.length < LINES_KEPT) lines.push(line);
      onLine(line);
    }
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject).once("close", resolve);
  const code = await promise;
  if (code !== 0) throw loadError("kafka-client-failed", `the Kafka client failed: ${lines.join("; ")}`, undefined);
  return JSON.parse(Buffer.concat(output).toString("utf8"));
}

const LINES_KEPT = 20;

/** Compiled once for each version of the source, against the system's librdkafka. */
function builtClient(client: NativeClient): string {
  const source = `${NATIVE}${client}.c`;
  const version = createHash("sha256").update(readFileSync(source)).digest("hex").slice(0, 16);
  const path = `${CACHE}${client}-${version}`;
  if (existsSync(path)) return path;
  if (!existsSync(HEADER)) installLibrary();
  mkdirSync(CACHE, { recursive: true });
  try {
    execFileSync("cc", ["-o", `${path}.new`, "-O2", "-Wall", "-Wextra", source, "-lrdkafka", "-lpthread"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch (error) {
    throw loadError("kafka-client-not-built", `${NEEDED}, and the compiler said no: see the cause`, error);
  }
  renameSync(`${path}.new`, path);
  return path;
}

function installLibrary(): void {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw loadError("kafka-client-not-built", NEEDED, undefined);
  try {
    execFileSync("apt-get", ["install", "--yes", "--no-install-recommends", "librdkafka-dev"], { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    throw loadError("kafka-client-not-built", `${NEEDED}, and apt-get could not install it`, error);
  }
}

const NEEDED = "loads of Kafka clients need a C compiler and librdkafka's headers (Debian: apt-get install gcc libc6-dev librdkafka-dev)";

function loadError(code: string, message: string, cause: unknown): AppError {
  return new AppError({ kind: "unavailable", code, message, cause });
}
