import type { Client, PartitionResult } from "@millrace/client";
import type { TopicPartition } from "@millrace/model";
import { cliError } from "../errors.ts";
import type { GlobalOptions, TopicSelection } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";

/** The partitions that the selections name, of those that there are. */
export async function partitionsOf(client: Client, selections: readonly TopicSelection[]): Promise<readonly TopicPartition[]> {
  const found: TopicPartition[] = [];
  for (const { topic, partitions } of selections) {
    const known = await client.admin().describeTopic(topic);
    for (const partition of partitions ?? known.partitions.map((of) => of.partition)) found.push({ topic, partition });
  }
  return found;
}

/** A line for each partition; fails at the end if any did. */
export async function reportOutcomes(
  outcomes: readonly PartitionResult[],
  { done, options, world }: { done: string; options: GlobalOptions; world: CliWorld },
): Promise<void> {
  for (const { topic, partition, error } of outcomes) {
    const failure = error === undefined ? undefined : { code: error.code, message: error.message, ...error.context };
    await world.write(
      options.json === true
        ? jsonLine({ topic, partition, error: failure })
        : `${topic}-${partition}: ${error === undefined ? done : `${error.message} [${error.code}]`}\n`,
    );
  }
  const failed = outcomes.filter(({ error }) => error !== undefined);
  const [first] = failed;
  if (first?.error !== undefined && failed.length === outcomes.length) throw first.error;
  if (failed.length > 0)
    throw cliError("partitions-refused", `${failed.length} of ${outcomes.length} partitions were refused: see the lines above`);
}
