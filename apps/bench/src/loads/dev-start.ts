import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../cluster/connection.ts";
import type { DevClusterOptions } from "../cluster/dev-cluster.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";

const FLOOR_MS = 1_500;
const ROUNDS = { full: 9, quick: 3 };

/** From the start of `millrace dev` to the line that says it is ready, after which a first record must be stored at once. */
export function devStartLoad(): Load {
  return {
    name: "dev-start",
    about: "start of `millrace dev` to ready, on an empty folder and on one with data",
    run: async (context) => {
      const folder = mkdtempSync(join(tmpdir(), "millrace-bench-start-"));
      try {
        // The order keeps the kept folder the same in all rounds: its first start makes it.
        const empty = await rounds("dev-start-empty", context, () => ({}));
        await once(context, { dataDir: folder });
        const restart = await rounds("dev-start-again", context, () => ({ dataDir: folder }));
        const bootstrap = await rounds("dev-start-npm", context, () => ({ throughBootstrap: true }));
        return [empty, restart, bootstrap];
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

const ABOUT: Readonly<Record<string, string>> = {
  "dev-start-empty": "millrace dev as its image has it, on an empty folder",
  "dev-start-again": "the same on a folder with a topic and a record",
  "dev-start-npm": "npm run dev, from sources, on an empty folder",
};

async function rounds(name: string, context: LoadContext, options: () => DevClusterOptions): Promise<Measurement> {
  const readyMs: number[] = [];
  const firstRecordMs: number[] = [];
  const count = context.quick ? ROUNDS.quick : ROUNDS.full;
  for (let round = 0; round < count; round++) {
    context.progress(`${name}: round ${round + 1} of ${count}`);
    const result = await once(context, options());
    readyMs.push(result.readyMs);
    firstRecordMs.push(result.firstRecordMs);
  }
  readyMs.sort((a, b) => a - b);
  firstRecordMs.sort((a, b) => a - b);
  const median = readyMs[Math.floor(count / 2)] ?? Infinity;
  return {
    name,
    settings: { command: ABOUT[name] ?? name, rounds: count, store: "embedded" },
    extra: {
      readyMedianMs: median,
      readyMinMs: readyMs[0] ?? Infinity,
      readyMaxMs: readyMs.at(-1) ?? Infinity,
      firstRecordMedianMs: firstRecordMs[Math.floor(count / 2)] ?? Infinity,
    },
    verified: "after the ready line a topic was made and a record stored",
    problems: [],
    ...(name === "dev-start-empty" ? { floor: { text: "millrace dev ready in under 1.5 s", isReached: median < FLOOR_MS } } : {}),
  };
}

/** `firstRecordMs`: from ready until a client that has just connected has made a topic and stored a record in it. */
async function once(context: LoadContext, options: DevClusterOptions): Promise<{ readyMs: number; firstRecordMs: number }> {
  const cluster = await context.startCluster(options);
  const connection = connect(cluster.brokerAddress);
  const startMs = performance.now();
  try {
    await connection.client.admin().createTopic({ name: "first", partitions: 1, ifNotExists: true });
    await connection.client.producer().sendAndWait("first", { value: new Uint8Array(1) });
    return { readyMs: cluster.readyMs, firstRecordMs: performance.now() - startMs };
  } finally {
    await connection.close();
    await cluster.stop();
  }
}
