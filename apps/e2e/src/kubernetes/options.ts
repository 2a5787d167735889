import { parseArgs } from "node:util";

export interface KubernetesOptions {
  /** Steps to run; empty: all. */
  readonly only: readonly string[];
  readonly list: boolean;
  readonly help: boolean;
  /** Leave the release and its namespace. */
  readonly keep: boolean;
  /** The namespace is there with its release: begin with the steps after install. */
  readonly reuse: boolean;
  readonly namespace: string;
  /** Flights to produce. */
  readonly records: number;
  readonly seed: number;
  /** A program that loads an image archive into every node, as words; undefined: the images are there. */
  readonly load: readonly string[] | undefined;
  /** A program that cuts a node off, `cut NODE`, and heals it, `heal NODE`, as words; undefined: there is none. */
  readonly network: readonly string[] | undefined;
}

const SEED_END = 1_000_000_000;
const NAMESPACE = "millrace-test";

/** Reads the command line; throws with a line for people if it is wrong. */
export function parseKubernetesOptions(args: readonly string[]): KubernetesOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      reuse: { type: "boolean", default: false },
      namespace: { type: "string", default: NAMESPACE },
      records: { type: "string", default: "200000" },
      seed: { type: "string", default: String(Math.floor(Math.random() * SEED_END)) },
      load: { type: "string" },
      network: { type: "string" },
    },
  });
  const [records, seed] = [Number(values.records), Number(values.seed)];
  if (!Number.isInteger(records) || records < 1) throw new Error(`--records must be a whole number, not ${values.records}`);
  if (!Number.isInteger(seed)) throw new Error(`--seed must be a whole number, not ${values.seed}`);
  const { list, help, keep, reuse, namespace } = values;
  return {
    only: positionals,
    list,
    help,
    keep,
    reuse,
    namespace,
    records,
    seed,
    load: wordsOf(values.load),
    network: wordsOf(values.network),
  };
}

function wordsOf(program: string | undefined): readonly string[] | undefined {
  return program?.split(" ").filter((word) => word !== "");
}
