import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@millrace/client";
import { systemClock } from "@millrace/service-kit";
import { checkNumbers } from "../numbers/check-numbers.ts";
import { NumberWriter } from "../numbers/number-writer.ts";
import type { Figures, Scenario, ScenarioContext } from "../scenario.ts";
import { connectClient } from "../system/cluster-client.ts";
import { createDevProcess, type DevProcess } from "../system/dev-process.ts";
import { waitFor } from "../system/wait-for.ts";

const KILLS_DEFAULT = 10;
const TARGET = { topic: "numbers", partitions: 3 } as const;
const RUN_MS_END = 1_500;
/** This share of kills hits it while it starts. */
const STARTING_SHARE = 0.2;
const START_MS_END = 1_200;
const ACKNOWLEDGED_MS_MAX = 30_000;
/** Numbers before what was checked last time are read again: a recovery could damage what was good. */
const OVERLAP = 1_000;

/** Acceptance 4: `kill -9` of a whole cluster at random moments while it is written to. */
export const killDev: Scenario = {
  name: "kill-dev",
  what: "kill -9 of `millrace dev` at random moments while producing; every acknowledged record is there once, in order",
  run: async (context) => {
    const dev = await createDevProcess(context.folder);
    await dev.process.start();
    const connection = connectClient([dev.address]);
    try {
      return await killAndCheck(dev, connection.client, context);
    } finally {
      await connection.close();
      await dev.process.stop();
    }
  },
};

async function killAndCheck(dev: DevProcess, client: Client, { flags, random, say }: ScenarioContext): Promise<Figures> {
  const kills = flags.kills ?? KILLS_DEFAULT;
  await client.admin().createTopic({ name: TARGET.topic, partitions: TARGET.partitions });
  const writer = new NumberWriter(client, TARGET, { clock: systemClock, random });
  await writer.start();
  const recoveryMs: number[] = [];
  let checked: readonly number[] = writer.acknowledged;
  for (let kill = 1; kill <= kills; kill++) {
    await delay(random.next() * RUN_MS_END);
    await dev.process.kill();
    const acknowledged = writer.acknowledged;
    recoveryMs.push(await restart(dev, writer, random.next() < STARTING_SHARE ? random.next() * START_MS_END : undefined));
    await checkAll(
      client,
      checked.map((count) => Math.max(0, count - OVERLAP)),
      acknowledged,
    );
    say(`kill ${kill} of ${kills}: ${sum(acknowledged)} acknowledged records are there; writing again after ${recoveryMs.at(-1) ?? 0} ms`);
    checked = acknowledged;
  }
  await writer.finish();
  await checkAll(
    client,
    checked.map(() => 0),
    writer.acknowledged,
  );
  const sorted = recoveryMs.toSorted((a, b) => a - b);
  return {
    kills,
    records: writer.acknowledgedTotal,
    lost: 0,
    twice: 0,
    killToWriteMsMedian: sorted[sorted.length >> 1] ?? 0,
    killToWriteMsMax: sorted.at(-1) ?? 0,
  };
}

/** Starts it again, and if asked for kills it once more on the way; returns the milliseconds until a record was acknowledged. */
async function restart(dev: DevProcess, writer: NumberWriter, killAfterMs: number | undefined): Promise<number> {
  const before = writer.acknowledgedTotal;
  if (killAfterMs !== undefined) {
    dev.process.launch();
    await delay(killAfterMs);
    await dev.process.kill();
  }
  const startMs = performance.now();
  await dev.process.start();
  await waitFor("a record acknowledged after the restart", ACKNOWLEDGED_MS_MAX, () =>
    writer.acknowledgedTotal > before ? true : undefined,
  );
  return Math.round(performance.now() - startMs);
}

async function checkAll(client: Client, starts: readonly number[], ends: readonly number[]): Promise<void> {
  for (const [partition, end] of ends.entries())
    await checkNumbers(client, { topic: TARGET.topic, partition, start: starts[partition] ?? 0, end });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
