import type { Storage } from "@millrace/ports";
import { checkNumbers } from "../numbers/check-numbers.ts";
import { NumberWriter } from "../numbers/number-writer.ts";
import { SimulatedCluster } from "../power/simulated-cluster.ts";
import { skipLogSyncs } from "../power/skip-log-syncs.ts";
import { check, type Scenario } from "../scenario.ts";

const SEEDS_DEFAULT = 200;
const CUTS = 4;
const TARGET = { topic: "numbers", partitions: 4 } as const;
/** Two brokers that share single replicas, and three that each have every partition, of which two must be in sync. */
const LAYOUTS = [
  { brokers: 2, replicas: 1 },
  { brokers: 3, replicas: 3 },
] as const;
type Layout = (typeof LAYOUTS)[number];
/** So short that cuts fall on rolls of segments, too. */
const CONFIGS = { "segment.ms": "50" };
const RUN_MS_END = 300;
const OPERATIONS_END = 80;
/** With a broker that does not sync its logs a loss must be found within so many seeds, or the scenario proves nothing. */
const CONTROL_SEEDS = 10;

/** Acceptance 4, second half: power cuts on disks that drop what was not synced. */
export const powerLoss: Scenario = {
  name: "power-loss",
  what: "power cuts of every broker on simulated disks that drop un-synced bytes; every acknowledged record is there once, in order",
  run: async ({ seed, flags, say }) => {
    const seeds = flags.kills ?? SEEDS_DEFAULT;
    const layouts = LAYOUTS.filter(({ brokers }) => (flags.brokers ?? brokers) === brokers);
    check(layouts.length > 0, "--brokers is 2 or 3 here");
    const figures: Record<string, number> = { seeds };
    for (const layout of layouts) Object.assign(figures, await cutLayout(layout, { seed, seeds, say }));
    return { ...figures, lost: 0, twice: 0 };
  },
};

async function cutLayout(
  layout: Layout,
  { seed, seeds, say }: { readonly seed: number; readonly seeds: number; readonly say: (text: string) => void },
): Promise<Record<string, number>> {
  const { brokers, replicas } = layout;
  let records = 0;
  for (let i = 0; i < seeds; i++) {
    records += await live(seed + i, { layout, mount: (storage) => storage }).catch((error: unknown) => {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Error(`with --brokers ${brokers} --seed ${seed + i} --kills 1: ${reason}`);
    });
  }
  say(`replicas ${replicas}: ${records} acknowledged records survived ${seeds * CUTS} power cuts of all ${brokers} brokers at once`);
  const control = await seedsToALoss(seed, layout);
  say(`the same with brokers that do not sync their logs is found after ${control.seeds} seeds: ${control.reason}`);
  return {
    [`powerCutsReplicas${replicas}`]: seeds * CUTS,
    [`recordsReplicas${replicas}`]: records,
    [`controlLossFoundAfterSeedsReplicas${replicas}`]: control.seeds,
  };
}

/** One life of a cluster with its cuts; returns how many records were acknowledged. Throws if one of them is missing, twice or out of order. */
async function live(
  seed: number,
  { layout, mount }: { readonly layout: Layout; readonly mount: (storage: Storage) => Storage },
): Promise<number> {
  const { brokers, replicas: replicationFactor } = layout;
  const cluster = await SimulatedCluster.start({ seed, brokers, mount });
  const client = cluster.client();
  await cluster.run(client.admin().createTopic({ name: TARGET.topic, partitions: TARGET.partitions, replicationFactor, configs: CONFIGS }));
  const writer = new NumberWriter(client, TARGET, cluster);
  await cluster.run(writer.start());
  const checkAll = async (ends: readonly number[]): Promise<void> => {
    for (const [partition, end] of ends.entries())
      await cluster.run(checkNumbers(client, { topic: TARGET.topic, partition, start: 0, end }));
  };
  for (let cut = 0; cut < CUTS; cut++) {
    await cluster.powerLoss({ withinMs: cluster.random.integer(RUN_MS_END), operationsMax: OPERATIONS_END });
    await checkAll(writer.acknowledged);
  }
  await cluster.run(writer.finish());
  await checkAll(writer.acknowledged);
  await cluster.stop();
  return writer.acknowledgedTotal;
}

/** A broker that does not sync its logs must be found out, with the words of what was lost. */
async function seedsToALoss(seed: number, layout: Layout): Promise<{ readonly seeds: number; readonly reason: string }> {
  for (let i = 0; i < CONTROL_SEEDS; i++) {
    const reason = await live(seed + i, { layout, mount: skipLogSyncs }).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (reason !== undefined) return { seeds: i + 1, reason };
  }
  throw new Error(`a broker that does not sync its logs lost nothing with ${CONTROL_SEEDS} seeds: the cuts are too gentle`);
}
