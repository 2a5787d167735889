import type { Client } from "@millrace/client";
import { AppError, type TopicPartition, topicPartitionKey } from "@millrace/model";
import type { ResetOffsetsOptions } from "../commands/group.ts";
import { cliError } from "../errors.ts";
import type { GlobalOptions, TopicSelection } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { type Ends, endsOf } from "./offsets-of.ts";
import { withClient } from "./with-client.ts";

/** Where a group goes. */
export type ResetTarget =
  | { readonly kind: "earliest" | "latest" }
  | { readonly kind: "offset"; readonly offset: number }
  | { readonly kind: "time"; readonly timestampMs: number }
  | { readonly kind: "shift"; readonly count: number };

interface Move extends TopicPartition {
  readonly from: number | undefined;
  readonly to: number;
  /** The offset asked for was outside of what there is. */
  readonly isClamped: boolean;
}

/** `group reset-offsets`: shows the moves, and makes them with --execute. */
export async function resetOffsets(name: string, options: ResetOffsetsOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const target = targetOf(options, world.wallMs());
  if ((options.topic === undefined) !== (options.allTopics === true))
    throw cliError("bad-argument", "say which topics: --topic (repeatable), or --all-topics", { option: "--topic" });
  await withClient(options, world, async (client) => {
    await assertWithoutMembers(client, name);
    const moves = await movesOf(client, { name, topics: options.topic, target });
    const isExecuted = options.execute === true;
    if (isExecuted)
      await client.admin().alterGroupOffsets(
        name,
        moves.map(({ topic, partition, to }) => ({ topic, partition, offset: to })),
      );
    await show(moves, { isExecuted, asJson: options.json === true, world });
  });
}

function targetOf(options: ResetOffsetsOptions, nowMs: number): ResetTarget {
  const targets: ResetTarget[] = [];
  if (options.toEarliest === true) targets.push({ kind: "earliest" });
  if (options.toLatest === true) targets.push({ kind: "latest" });
  if (options.toOffset !== undefined) targets.push({ kind: "offset", offset: options.toOffset });
  if (options.byDuration !== undefined) targets.push({ kind: "time", timestampMs: Math.max(0, nowMs - options.byDuration) });
  if (options.toDatetime !== undefined) targets.push({ kind: "time", timestampMs: options.toDatetime });
  if (options.shiftBy !== undefined) targets.push({ kind: "shift", count: options.shiftBy });
  const [target] = targets;
  if (target === undefined || targets.length > 1) {
    const choices = "--to-earliest, --to-latest, --to-offset, --by-duration, --to-datetime or --shift-by";
    throw cliError("bad-argument", `say where to, by exactly one of ${choices}`, { given: targets.length });
  }
  return target;
}

/** A running member would go on from where it is, and commit over what is set here. */
async function assertWithoutMembers(client: Client, name: string): Promise<void> {
  const members = await client
    .admin()
    .describeGroup(name)
    .then((group) => group.members.length)
    .catch((error: unknown) => {
      if (error instanceof AppError && error.code === "group-id-not-found") return 0; // its first members will begin here
      throw error;
    });
  if (members === 0) return;
  throw new AppError({
    kind: "conflict",
    code: "group-has-members",
    message: "offsets are moved while nobody reads: stop the group's members first, and wait for their session to end",
    context: { group: name, members },
  });
}

interface Asked {
  readonly name: string;
  readonly topics: readonly TopicSelection[] | undefined;
  readonly target: ResetTarget;
}

async function movesOf(client: Client, { name, topics, target }: Asked): Promise<readonly Move[]> {
  const committed = await client.admin().groupOffsets(name);
  const places = topics === undefined ? committed : await partitionsOf(client, topics);
  if (places.length === 0)
    throw cliError("bad-argument", "the group has no offsets to move: name topics with --topic", { group: name, option: "--all-topics" });
  const from = new Map(committed.map(({ topic, partition, offset }) => [topicPartitionKey(topic, partition), offset]));
  const ends = await endsOf(client, places);
  const there = places.filter(({ topic, partition }) => ends.has(topicPartitionKey(topic, partition)));
  const atTime = target.kind === "time" ? await offsetsAt(client, there, target.timestampMs) : new Map<string, number>();
  return places.flatMap(({ topic, partition }) => {
    const key = topicPartitionKey(topic, partition);
    const range = ends.get(key);
    if (range === undefined) return [];
    const wanted = wantedOffset(target, { from: from.get(key), there: range, atTime: atTime.get(key) });
    const to = Math.min(Math.max(wanted, range.start), range.end);
    return [{ topic, partition, from: from.get(key), to, isClamped: to !== wanted }];
  });
}

function wantedOffset(
  target: ResetTarget,
  { from, there, atTime }: { readonly from: number | undefined; readonly there: Ends; readonly atTime: number | undefined },
): number {
  switch (target.kind) {
    case "earliest":
      return there.start;
    case "latest":
      return there.end;
    case "offset":
      return target.offset;
    case "shift":
      return (from ?? there.start) + target.count;
    default:
      return atTime === undefined || atTime < 0 ? there.end : atTime; // nothing is that young
  }
}

/** The partitions that a command names; unknown ones are refused, whichever they are. */
export async function partitionsOf(client: Client, selections: readonly TopicSelection[]): Promise<readonly TopicPartition[]> {
  const places: TopicPartition[] = [];
  for (const { topic, partitions } of selections) {
    const count = await client.partitionCount(topic);
    const wrong = partitions?.find((partition) => partition >= count);
    if (wrong !== undefined)
      throw cliError("bad-argument", "the topic has no such partition", { topic, partition: wrong, partitions: count });
    for (const partition of partitions ?? Array.from({ length: count }, (_, index) => index)) places.push({ topic, partition });
  }
  return places;
}

async function offsetsAt(client: Client, places: readonly TopicPartition[], timestampMs: number): Promise<Map<string, number>> {
  const listed = await client.listOffsets(places.map(({ topic, partition }) => ({ topic, partition, at: { timestampMs } })));
  return new Map(listed.map(({ topic, partition, offset }) => [topicPartitionKey(topic, partition), offset]));
}

async function show(
  moves: readonly Move[],
  { isExecuted, asJson, world }: { readonly isExecuted: boolean; readonly asJson: boolean; readonly world: CliWorld },
): Promise<void> {
  if (asJson) {
    for (const { topic, partition, from, to } of moves) await world.write(jsonLine({ topic, partition, from, to, executed: isExecuted }));
    return;
  }
  const rows = moves.map(({ topic, partition, from, to, isClamped }) => {
    const by = from === undefined ? "–" : to >= from ? `+${to - from}` : String(to - from);
    return [topic, String(partition), String(from ?? "–"), String(to), by, isClamped ? "as far as there are records" : ""];
  });
  await world.write(table(["topic", "partition", "from", "to", "by", ""], rows));
  world.note(isExecuted ? "done" : "nothing has changed: --execute does it");
}
