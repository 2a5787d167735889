import { parseArgs } from "node:util";

/** What the user asked for. */
export interface BenchOptions {
  readonly quick: boolean;
  /** Parts of load names; empty: all loads that run by default. */
  readonly only: readonly string[];
  /** Seconds of a timed load; absent: each load's own. */
  readonly seconds: number | undefined;
  readonly jsonPath: string | undefined;
  /** A record of an earlier run whose other loads are kept. */
  readonly addTo: string | undefined;
  readonly writeDocs: boolean;
  readonly list: boolean;
  readonly help: boolean;
  /** Folder under which clusters keep their data while they run. */
  readonly dataDir: string | undefined;
  /** A running broker to use instead of clusters of our own; existing topics of the loads' names are deleted. */
  readonly address: string | undefined;
  /** Any server of Kafka's protocol, for the loads that speak it; topics of their names are made anew. */
  readonly against: string | undefined;
  /** Another server of Kafka's protocol, to be measured in turn with ours. */
  readonly versus: string | undefined;
  /** Folder of a Kafka release, to be started and compared with. */
  readonly kafkaHome: string | undefined;
  /** Compare with engines of the JVM. */
  readonly engines: boolean;
  /** Servers on one half of the cores, clients on the other. */
  readonly pin: boolean;
  /** Growth of cost. */
  readonly scale: boolean;
  /** The libraries' micro-benchmarks. */
  readonly micro: boolean;
  /** Record them. */
  readonly writeBaseline: boolean;
  /** Folder with their jars; absent: they are fetched. */
  readonly enginesHome: string | undefined;
  /** Which of them; empty: all. */
  readonly systems: readonly string[];
  /** Of a comparison. */
  readonly rounds: number;
  /** What the other server is, for the page. */
  readonly otherName: string;
  /** Root of that cluster's processes, for CPU and memory. */
  readonly pid: number | undefined;
  /** Folder for CPU profiles of the server processes. */
  readonly cpuProfileDir: string | undefined;
}

export const USAGE = `Workloads against a cluster of one process, as a table and as JSON.

  npm run bench                          every load (about 15 minutes)
  npm run bench -- --quick               short runs of all (under 3 minutes): a check of the loads, not a figure to quote
  npm run bench -- --only produce-100    loads whose name contains this; several with commas
  npm run bench -- --seconds 60          length of the timed loads
  npm run bench -- --json FILE           all figures with host, versions and settings; "-" for standard output
  npm run bench -- --add-to FILE         an earlier --json FILE: its other loads are kept in what is written
  npm run bench -- --write-docs          rewrite docs/performance.md from this run
  npm run bench -- --list                names of the loads
  npm run bench -- --data-dir DIR        where clusters keep their data while they run (default: a temporary folder)
  npm run bench -- --address HOST:PORT   a running cluster instead of our own (deletes topics named bench*); --pid N: its root process
  npm run bench -- --against HOST:PORT   the loads named kafka-* against any Kafka-protocol server (makes topics bench-kafka* anew); --pid N: its process
  npm run bench -- --versus HOST:PORT    rows of the comparison with another Kafka-protocol server that runs, in turn with ours: ratios and goals; --pid N: its process,
  npm run bench -- --kafka-home DIR      the same with a Kafka that is started from the folder of its release (DIR/libs; needs java) on a fresh store and stopped again;
                                         (rows 8 start it again and again); --only 1b,4b: some rows, --rounds N (3), --name TEXT: what it is; --write-docs rewrites docs/side-by-side.md
  npm run bench -- --engines             whole systems beside Flink and Spark on Apache Kafka, on the same input, in turn: ratios and goals (needs a JDK, and Maven to fetch their jars, or
                                         --engines-home DIR with flink/libs, spark/libs, kafka/libs). --only 10,flights: some rows, --systems flink: some engines (millrace: ours alone), --rounds N (3), --quick: small
                                         inputs; --write-docs rewrites docs/engines.md
  npm run bench -- --pin                 servers on one half of the cores, clients on the other, alike for both sides of --kafka-home (needs taskset and two cores)
  npm run bench -- --scale               how cost grows with partitions, connections, keys, executors, windows and state beyond memory, and the model of each; --only keys,windows: some;
                                         --rounds N (3), --quick: a check; --write-docs rewrites that part of docs/scale.md and its picture, --json, --add-to as above
  npm run bench -- --micro               hot paths of the libraries (libs/*/bench), as CPU time over that of a reference loop in the same run, beside apps/bench/baseline.json: what changed
                                         beyond the noise. --only records,crc32c: a library, file or part of a name; --write-baseline records it
  npm run bench -- --cpu-prof DIR        CPU profiles of the server processes, and of the workers of jobs every 10 s

Exit code: 0 every load ran and what came out was right, 1 otherwise.
`;

/** Reads the command line; throws an Error whose message says what is wrong. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      seconds: { type: "string" },
      json: { type: "string" },
      "add-to": { type: "string" },
      "write-docs": { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      "data-dir": { type: "string" },
      "cpu-prof": { type: "string" },
      address: { type: "string" },
      against: { type: "string" },
      versus: { type: "string" },
      "kafka-home": { type: "string" },
      engines: { type: "boolean", default: false },
      pin: { type: "boolean", default: false },
      scale: { type: "boolean", default: false },
      micro: { type: "boolean", default: false },
      "write-baseline": { type: "boolean", default: false },
      "engines-home": { type: "string" },
      systems: { type: "string", multiple: true, default: [] },
      rounds: { type: "string", default: "3" },
      name: { type: "string", default: "a server of Kafka's protocol" },
      pid: { type: "string" },
    },
  });
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  if (values.pin && (values.engines || values.micro || values.scale))
    throw new Error(
      "--pin is for loads and comparisons of brokers: engines and jobs are servers and clients in one, and --scale pins their processes itself",
    );
  if (values.pin && [values.address, values.against, values.versus].some((address) => address !== undefined))
    throw new Error("--pin is for servers that are started here: one that runs already stays on its cores");
  if (seconds !== undefined && !(seconds >= 1 && seconds <= SECONDS_MAX)) {
    throw new Error(`--seconds takes a number from 1 to ${SECONDS_MAX}, not ${values.seconds ?? ""}`);
  }
  const rounds = Number(values.rounds);
  if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= ROUNDS_MAX))
    throw new Error(`--rounds takes a whole number from 1 to ${ROUNDS_MAX}, not ${values.rounds}`);
  return {
    quick: values.quick,
    only: namesOf(values.only),
    seconds,
    jsonPath: values.json,
    addTo: values["add-to"],
    writeDocs: values["write-docs"],
    list: values.list,
    help: values.help,
    dataDir: values["data-dir"],
    address: values.address,
    against: values.against,
    versus: values.versus,
    kafkaHome: values["kafka-home"],
    engines: values.engines,
    pin: values.pin,
    scale: values.scale,
    micro: values.micro,
    writeBaseline: values["write-baseline"],
    enginesHome: values["engines-home"],
    systems: namesOf(values.systems),
    rounds,
    otherName: values.name,
    pid: values.pid === undefined ? undefined : Number(values.pid),
    cpuProfileDir: values["cpu-prof"],
  };
}

function namesOf(lists: readonly string[]): string[] {
  return lists.flatMap((names) => names.split(",")).filter((name) => name !== "");
}

const ROUNDS_MAX = 100;
/** An hour: more is a soak, and the data of it does not fit a laptop's disk. */
const SECONDS_MAX = 3_600;
