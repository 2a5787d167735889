import {
  applyChange,
  type ClusterChange,
  type ClusterEvent,
  type ClusterResponse,
  type ClusterState,
  copyClusterState,
  encodeChange,
  handle,
  type PlacementContext,
  type StoredChange,
} from "@millrace/placement";
import { CLUSTER_CHANGES_MAX, CLUSTER_COMMIT_BYTES_MAX } from "../limits.ts";

/** An event that waits for its turn, and who asked. */
export interface WaitingEvent {
  readonly event: ClusterEvent;
  readonly resolve: (response: ClusterResponse) => void;
  readonly reject: (error: unknown) => void;
}

/** A change with the entries that it writes: kept together, since half a topic is none. */
export interface StoredItem {
  readonly change: ClusterChange;
  readonly entries: readonly StoredChange[];
}

/** What is stored by one commit (or by several, where one event alone takes more), and whom to answer then. */
export interface DecidedTogether {
  readonly items: readonly StoredItem[];
  /** Answers all: their refusals, too, may rest on what is only stored now. */
  answer(): void;
  fail(error: unknown): void;
}

/**
 * Takes events off the queue and decides them as one after another: each sees what those before it changed, on a copy of the state. A commit is a sync of a disk or a round trip, so a
 * thousand topics asked for at once must not be a thousand of them. Ends before an event that changes an object which is changed already (one commit has one version of each entry), and
 * before what does not fit.
 */
export function decideTogether(queue: WaitingEvent[], state: ClusterState, context: PlacementContext): DecidedTogether {
  const items: StoredItem[] = [];
  const taken: WaitingEvent[] = [];
  const answers: (() => void)[] = [];
  const changed = new Set<string>();
  let draft: ClusterState | undefined;
  let size: CommitSize = { entries: 0, bytes: 0 };
  for (let waiting = queue[0]; waiting !== undefined; waiting = queue[0]) {
    if (items.length > 0 && draft === undefined) {
      draft = copyClusterState(state);
      for (const { change } of items) applyChange(draft, change);
    }
    const { items: added, answer } = tryDecide(waiting, { state: draft ?? state, stored: state, context });
    const grown = added.reduce(withItem, size);
    if (taken.length > 0 && (!fitsCommit(grown) || added.some(({ change }) => changed.has(objectOf(change))))) break;
    queue.shift();
    taken.push(waiting);
    answers.push(answer);
    items.push(...added);
    size = grown;
    for (const { change } of added) {
      changed.add(objectOf(change));
      if (draft !== undefined) applyChange(draft, change);
    }
    if (!fitsCommit(size)) break; // alone it takes several
  }
  return {
    items,
    answer: () => answers.forEach((answer) => answer()),
    fail: (error) => taken.forEach(({ reject }) => reject(error)),
  };
}

export interface CommitSize {
  readonly entries: number;
  readonly bytes: number;
}

export function withItem({ entries, bytes }: CommitSize, item: StoredItem): CommitSize {
  const added = item.entries.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
  return { entries: entries + item.entries.length, bytes: bytes + added };
}

export function fitsCommit({ entries, bytes }: CommitSize): boolean {
  return entries <= CLUSTER_CHANGES_MAX && bytes <= CLUSTER_COMMIT_BYTES_MAX;
}

/** Whatever goes wrong with one event is its asker's answer: those behind it go on. */
function tryDecide(
  { event, resolve, reject }: WaitingEvent,
  { state, stored, context }: { readonly state: ClusterState; readonly stored: ClusterState; readonly context: PlacementContext },
): { readonly items: readonly StoredItem[]; readonly answer: () => void } {
  try {
    const { changes, response } = handle(state, event, context);
    return { items: changes.map((change) => ({ change, entries: encodeChange(change, stored) })), answer: () => resolve(response) };
  } catch (error) {
    return { items: [], answer: () => reject(error) };
  }
}

function objectOf(change: ClusterChange): string {
  switch (change.kind) {
    case "broker":
      return `broker/${change.broker.brokerId}`;
    case "topic":
      return `topic/${change.topic.topicId}`;
    case "topic-removed":
      return `topic/${change.topicId}`;
    case "cluster":
    case "producer-ids":
      return change.kind;
  }
}
