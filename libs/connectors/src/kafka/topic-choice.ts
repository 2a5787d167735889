import type { ConnectorOptions, SourceSplit } from "@millrace/ports";
import { errors } from "../errors.ts";
import type { Options } from "../options.ts";
import type { ForeignLog, TopicPartition } from "./foreign-log.ts";

/** Which partitions are read: of named topics, or of all whose name matches as a whole; of each only those that are named, if any are. */
export interface TopicChoice {
  readonly names: readonly string[];
  readonly pattern: RegExp | undefined;
  readonly partitions: ReadonlySet<number> | undefined;
}

export function topicChoiceOf(read: Options, { topics, pattern, partitions }: ConnectorOptions): TopicChoice {
  if ((topics === undefined) === (pattern === undefined)) throw errors.option("kafka", "give either topics or a pattern");
  return {
    names: topics === undefined ? [] : read.texts("topics"),
    pattern: pattern === undefined ? undefined : patternOf(read.text("pattern")),
    partitions: partitions === undefined ? undefined : partitionsOf(partitions),
  };
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch (cause) {
    throw errors.option("kafka", `pattern is no regular expression: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function partitionsOf(value: unknown): ReadonlySet<number> {
  if (Array.isArray(value) && value.length > 0 && value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0))
    return new Set(value as number[]);
  throw errors.option("kafka", "partitions must be a list of partition numbers that is not empty");
}

/** The partitions of the choice that belong to a split, in order of topic and number: the same in every process and for ever. */
export async function ownPartitions(
  log: Pick<ForeignLog, "topics" | "partitionCount">,
  { names, pattern, partitions }: TopicChoice,
  split: Pick<SourceSplit, "split" | "splitCount">,
): Promise<TopicPartition[]> {
  const topics = pattern === undefined ? names : (await log.topics()).filter((topic) => pattern.test(topic));
  const own: TopicPartition[] = [];
  for (const topic of [...topics].sort()) {
    const count = await log.partitionCount(topic);
    if (count === 0 && pattern === undefined) throw errors.foreignTopicMissing(topic);
    for (let partition = 0; partition < count; partition++) {
      if (partitions?.has(partition) === false) continue;
      if ((hashOf(topic) + partition) % split.splitCount === split.split) own.push({ topic, partition });
    }
  }
  return own;
}

/** FNV-1a: topics begin at different splits, so that the first partitions of many do not meet in one. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
