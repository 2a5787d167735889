import {
  AppError,
  type BrokerId,
  type LeaderEpoch,
  type PartitionEpoch,
  type PartitionState,
  type TopicDescription,
} from "@millrace/model";

/**
 * replicas, leader, leader epoch, in-sync set, partition epoch; while replicas are being moved where they were and where they are to be; while there are any, eligible
 * leaders and emptied replicas: a tuple keeps a partition at some forty bytes.
 */
type StoredPartition = readonly [
  readonly BrokerId[],
  BrokerId | null,
  LeaderEpoch,
  readonly BrokerId[],
  PartitionEpoch,
  ...(
    | []
    | [original: readonly BrokerId[], target: readonly BrokerId[]]
    | [original: Ids, target: Ids, eligible: readonly BrokerId[], emptied: readonly BrokerId[]]
  ),
];
/** null: none is being moved. */
type Ids = readonly BrokerId[] | null;

type Definition = Omit<TopicDescription, "partitions">;
export type StoredTopic = Definition & ({ readonly partitions: readonly StoredPartition[] } | { readonly partitionCount: number });

/** Partitions of a page, in their order. */
export type StoredPage = readonly StoredPartition[];

/** An entry of a topic, before it is bytes: `page` undefined is the topic itself. */
export interface TopicEntry {
  readonly page: number | undefined;
  readonly content: StoredTopic | StoredPage;
}

/**
 * Partitions of one entry. A topic with more is stored in pages, so that a change of one partition writes five kilobytes and not the topic; a topic with as many as there
 * may be is 783 entries, which one commit takes.
 */
export const PARTITIONS_PER_PAGE = 128;

/** Whether a topic with so many partitions has pages. */
export function isPaged(partitionCount: number): boolean {
  return partitionCount > PARTITIONS_PER_PAGE;
}

export function pageCount(partitionCount: number): number {
  return isPaged(partitionCount) ? Math.ceil(partitionCount / PARTITIONS_PER_PAGE) : 0;
}

/** Entries that differ from what is stored; `before` undefined: all. */
export function changedTopicEntries(before: TopicDescription | undefined, after: TopicDescription): TopicEntry[] {
  const { partitions, ...definition } = after;
  const count = partitions.length;
  if (!isPaged(count)) return [{ page: undefined, content: { ...definition, partitions: partitions.map(stored) } }];
  const formerly = before !== undefined && isPaged(before.partitions.length) ? before : undefined;
  const isSame = formerly?.configOverrides === after.configOverrides && formerly.partitions.length === count;
  const entries: TopicEntry[] = isSame ? [] : [{ page: undefined, content: { ...definition, partitionCount: count } }];
  for (let page = 0; page < pageCount(count); page++) {
    const [from, end] = [page * PARTITIONS_PER_PAGE, Math.min(count, (page + 1) * PARTITIONS_PER_PAGE)];
    if (isChanged(formerly?.partitions, partitions, { from, end }))
      entries.push({ page, content: partitions.slice(from, end).map(stored) });
  }
  return entries;
}

/** Decisions leave what they do not change as the same objects. */
function isChanged(
  before: readonly PartitionState[] | undefined,
  after: readonly PartitionState[],
  { from, end }: { readonly from: number; readonly end: number },
): boolean {
  for (let index = from; index < end; index++) if (before?.[index] !== after[index]) return true;
  return false;
}

/** A topic from its entry and its pages. Earlier versions kept all partitions in the entry, however many. */
export function loadTopic(topic: StoredTopic, pages: ReadonlyMap<number, StoredPage>): TopicDescription {
  if ("partitions" in topic) return { ...topic, partitions: topic.partitions.map((tuple, index) => loaded(tuple, topic, index)) };
  const { partitionCount, ...definition } = topic;
  const partitions: PartitionState[] = [];
  for (let page = 0; page < pageCount(partitionCount); page++)
    for (const tuple of pages.get(page) ?? []) partitions.push(loaded(tuple, topic, partitions.length));
  if (partitions.length === partitionCount) return { ...definition, partitions };
  throw new AppError({
    kind: "corrupt",
    code: "store-entry-corrupt",
    message: "pages of a topic are missing in the coordination store, or are too long",
    context: { topic: topic.name, topicId: topic.topicId, partitionCount, partitionsFound: partitions.length },
  });
}

function stored(state: PartitionState): StoredPartition {
  const { replicas, leader, leaderEpoch, inSyncSet, partitionEpoch, reassignment, eligible = [], emptied = [] } = state;
  const always = [replicas, leader ?? null, leaderEpoch, inSyncSet, partitionEpoch] as const;
  if (eligible.length + emptied.length > 0)
    return [...always, reassignment?.original ?? null, reassignment?.target ?? null, eligible, emptied];
  return reassignment === undefined ? always : [...always, reassignment.original, reassignment.target];
}

function loaded(tuple: StoredPartition, { topicId }: Pick<TopicDescription, "topicId">, partition: number): PartitionState {
  const [replicas, leader, leaderEpoch, inSyncSet, partitionEpoch, original, target, eligible = [], emptied = []] = tuple;
  return {
    ...{ topicId, partition, replicas, leader: leader ?? undefined, leaderEpoch, inSyncSet, partitionEpoch },
    ...(eligible.length > 0 ? { eligible } : {}),
    ...(emptied.length > 0 ? { emptied } : {}),
    ...(original == null || target == null ? {} : { reassignment: { original, target } }),
  };
}
