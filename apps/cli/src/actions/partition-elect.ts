import type { Client } from "@millrace/client";
import type { PartitionState } from "@millrace/contracts";
import type { TopicPartition } from "@millrace/model";
import type { ElectOptions } from "../commands/partition.ts";
import type { GlobalOptions, TopicSelection } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { partitionsOf, reportOutcomes } from "./partition-outcomes.ts";
import { withClient } from "./with-client.ts";

/** `partition elect` */
export async function electLeaders(
  selections: readonly TopicSelection[],
  options: ElectOptions & GlobalOptions,
  world: CliWorld,
): Promise<void> {
  await withClient(options, world, async (client) => {
    if (options.unclean === true) return electUnclean(client, selections, { options, world });
    const outcomes = await client.admin().electLeaders("preferred", await partitionsOf(client, selections));
    if (outcomes.length === 0) return world.note("every partition is led by its first replica");
    await reportOutcomes(outcomes, { done: "led by its first replica", options, world });
  });
}

/** Says first what each election costs: what only the replicas in sync have. */
async function electUnclean(
  client: Client,
  selections: readonly TopicSelection[],
  { options, world }: { options: ElectOptions & GlobalOptions; world: CliWorld },
): Promise<void> {
  const leaderless = await leaderlessOf(client, selections);
  if (leaderless.length === 0) return world.note("every partition has a leader: nothing is to be elected");
  if (options.execute === true) {
    const outcomes = await client.admin().electLeaders("unclean", leaderless);
    return reportOutcomes(outcomes, {
      done: "led again; its former in-sync replicas cut what its new leader does not have",
      options,
      world,
    });
  }
  const live = new Set(
    (await client.admin().describeBrokers()).flatMap(({ broker }) => (broker?.fenced === false ? [broker.brokerId] : [])),
  );
  for (const { topic, partition, state } of leaderless) {
    const candidates = state.replicas.filter((id) => live.has(id));
    const { inSyncSet, eligibleLeaders } = state;
    if (options.json === true) await world.write(jsonLine({ topic, partition, candidates, inSyncSet, eligibleLeaders, dryRun: true }));
    else await world.write(`${topic}-${partition}: ${costOf(state, candidates)}\n`);
  }
  if (options.json !== true) world.note("nothing was changed; --execute elects, and there is no way back");
}

function costOf({ inSyncSet, eligibleLeaders }: PartitionState, candidates: readonly number[]): string {
  if (candidates.length === 0) return "no replica is on a live broker: start one of its brokers";
  const who =
    candidates.length === 1
      ? `broker ${candidates[0]} would lead`
      : `of brokers ${candidates.join(", ")} the one with the most records would lead`;
  const whole = [...inSyncSet, ...eligibleLeaders];
  return whole.length === 0
    ? `${who}; no replica is known to have everything, so acknowledged records may be lost`
    : `${who}; records that only broker ${whole.join(" or ")} has (acknowledged ones among them) would be lost: start that one instead if you can`;
}

async function leaderlessOf(
  client: Client,
  selections: readonly TopicSelection[],
): Promise<readonly (TopicPartition & { readonly state: PartitionState })[]> {
  const topics = await client.admin().listTopics({ includeInternal: true });
  return topics.flatMap(({ name, partitions }) =>
    partitions.flatMap((state) => {
      const isAsked =
        selections.length === 0 || selections.some((of) => of.topic === name && (of.partitions?.includes(state.partition) ?? true));
      return isAsked && state.leader === undefined ? [{ topic: name, partition: state.partition, state }] : [];
    }),
  );
}
