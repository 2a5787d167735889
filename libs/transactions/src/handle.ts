import { type AppError, type ProducerEpoch, producerEpoch, type ProducerId, type TimestampMs, type TopicPartition } from "@millrace/model";
import { assert, assertNever } from "@millrace/stdx";
import type { CoordinatorState, ProducerOwner, TransactionEntry, TransactionRecord } from "./entry.ts";
import { transactionErrors } from "./errors.ts";
import {
  PARTITIONS_PER_TRANSACTION_MAX,
  PRODUCER_EPOCH_MAX,
  TRANSACTION_TIMEOUT_MS_MAX,
  TRANSACTIONAL_ID_IDLE_MS_MAX,
  TRANSACTIONAL_ID_LENGTH_MAX,
  TRANSACTIONAL_IDS_MAX,
} from "./limits.ts";

interface Owner extends ProducerOwner {
  readonly transactionalId: string;
}

/** What happens to the coordinator. Each event carries the time, and a fresh producer id where one may be needed. */
export type TransactionEvent =
  | {
      readonly kind: "initProducerId";
      readonly transactionalId: string;
      readonly timeoutMs: number;
      /** What the producer has and goes on from; absent: it is a new instance, which takes the id from any other. */
      readonly owner?: ProducerOwner | undefined;
      /** Nobody had it before; the answer says whether it was taken. */
      readonly freshProducerId: ProducerId;
      readonly now: TimestampMs;
    }
  | ({ readonly kind: "addPartitions"; readonly partitions: readonly TopicPartition[]; readonly now: TimestampMs } & Owner)
  /** `transactionNumber`: which one is meant; absent: whichever is open, as Kafka's protocol has it. */
  | ({ readonly kind: "endTransaction"; readonly commit: boolean; readonly transactionNumber?: number; readonly now: TimestampMs } & Owner)
  /** Is a transactional append to these partitions part of an open transaction? */
  | ({ readonly kind: "verify"; readonly partitions: readonly TopicPartition[] } & Owner)
  /** Every partition has its marker. */
  | { readonly kind: "markersWritten"; readonly transactionalId: string; readonly now: TimestampMs }
  /** Time passed: transactions over their time-out are aborted, idle ids forgotten. For one id, so that events of an id stay in order. */
  | { readonly kind: "timePassed"; readonly transactionalId: string; readonly now: TimestampMs };

type Timeless<E> = E extends { readonly now: TimestampMs } ? Omit<E, "now"> : E;

/** An event before its coordinator has put its time to it: one coordinator's clock measures all transactions of its ids. */
export type TransactionRequest = Timeless<TransactionEvent>;

export type TransactionResponse =
  | { readonly kind: "initialised"; readonly producerId: ProducerId; readonly producerEpoch: ProducerEpoch }
  /** They are part of this one, which is open. */
  | { readonly kind: "added"; readonly transactionNumber: number }
  /** Yes, of this one. */
  | { readonly kind: "verified"; readonly transactionNumber: number }
  | { readonly kind: "done" }
  /** Handle the event again when the markers of this id's transaction have been written. */
  | { readonly kind: "afterMarkers" }
  | { readonly kind: "refused"; readonly error: AppError };

/** Something for the node to do once the records are in the log. It may be done twice; markers are idempotent. */
export interface WriteMarkers {
  readonly kind: "writeMarkers";
  readonly transactionalId: string;
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly transactionNumber: number;
  readonly commit: boolean;
  readonly partitions: readonly TopicPartition[];
}

export interface TransactionStep {
  /** To be appended; they take effect (`applyRecord`) when they are committed, and only then is anybody answered. */
  readonly records: readonly TransactionRecord[];
  readonly response: TransactionResponse;
  readonly effects: readonly WriteMarkers[];
}

/** Decides one event. Pure: the state is changed by the records it returns, once they are committed. */
export function handle(state: CoordinatorState, event: TransactionEvent): TransactionStep {
  switch (event.kind) {
    case "initProducerId":
      return initProducerId(state, event);
    case "addPartitions":
      return addPartitions(state, event);
    case "endTransaction":
      return endTransaction(state, event);
    case "verify":
      return verify(state, event);
    case "markersWritten":
      return markersWritten(state, event);
    case "timePassed":
      return timePassed(state, event);
    default:
      return assertNever(event, "transaction event");
  }
}

/** Markers that a coordinator that has just replayed its log must still write. */
export function unfinishedEffects(state: CoordinatorState): readonly WriteMarkers[] {
  return [...state.entries.values()].filter(isPrepared).map(writeMarkers);
}

type EventOf<K extends TransactionEvent["kind"]> = Extract<TransactionEvent, { kind: K }>;

function initProducerId(state: CoordinatorState, event: EventOf<"initProducerId">): TransactionStep {
  const { transactionalId, timeoutMs, now } = event;
  if (transactionalId.length < 1 || transactionalId.length > TRANSACTIONAL_ID_LENGTH_MAX) return refused(transactionErrors.invalidId({}));
  if (timeoutMs < 1 || timeoutMs > TRANSACTION_TIMEOUT_MS_MAX) return refused(transactionErrors.invalidTimeout({ timeoutMs }));
  const entry = state.entries.get(transactionalId);
  if (entry === undefined && state.entries.size >= TRANSACTIONAL_IDS_MAX)
    return refused(transactionErrors.tooManyIds({ ids: state.entries.size }));
  if (entry !== undefined && event.owner !== undefined && !isOwnerOf(entry, event.owner))
    return refused(transactionErrors.fenced({ transactionalId, ...event.owner, currentEpoch: entry.producerEpoch }));
  if (entry !== undefined && isPrepared(entry)) return { records: [], response: { kind: "afterMarkers" }, effects: [] };
  if (entry?.state === "Ongoing") return abortFenced(entry, now, event.owner);
  if (entry?.state === "Empty" && event.owner !== undefined && !isSameOwner(entry, event.owner)) return initialised(entry);

  const next: TransactionEntry = {
    transactionalId,
    ...nextOwner(entry, event.freshProducerId),
    lastOwner: entry === undefined ? undefined : event.owner,
    timeoutMs,
    state: "Empty",
    transactionNumber: entry?.transactionNumber ?? 0,
    partitions: [],
    startedAtMs: now,
    updatedAtMs: now,
  };
  return initialised(next, [recordOf(next)]);
}

function nextOwner(entry: TransactionEntry | undefined, freshProducerId: ProducerId): ProducerOwner {
  return entry !== undefined && entry.producerEpoch < PRODUCER_EPOCH_MAX
    ? { producerId: entry.producerId, producerEpoch: producerEpoch(entry.producerEpoch + 1) }
    : { producerId: freshProducerId, producerEpoch: producerEpoch(0) };
}

/** Only the newest instance of a producer may go on with a new epoch; the one before it counts as it while it may not know of the new epoch. */
function isOwnerOf(entry: TransactionEntry, owner: ProducerOwner): boolean {
  return isSameOwner(entry, owner) || (entry.lastOwner !== undefined && isSameOwner(entry.lastOwner, owner));
}

function isSameOwner(a: ProducerOwner, b: ProducerOwner): boolean {
  return a.producerId === b.producerId && a.producerEpoch === b.producerEpoch;
}

function initialised({ producerId, producerEpoch: epoch }: ProducerOwner, records: readonly TransactionRecord[] = []): TransactionStep {
  return { records, response: { kind: "initialised", producerId, producerEpoch: epoch }, effects: [] };
}

function addPartitions(state: CoordinatorState, event: EventOf<"addPartitions">): TransactionStep {
  const entry = state.entries.get(event.transactionalId);
  const refusal = refusalOfOwner(entry, event);
  if (refusal !== undefined) return refused(refusal);
  assert(entry !== undefined, "owner checked");
  if (isPrepared(entry)) return refused(transactionErrors.concurrent({ transactionalId: event.transactionalId }));

  const known = entry.state === "Ongoing" ? entry.partitions : [];
  const added = event.partitions.filter((candidate) => !known.some((partition) => isSame(partition, candidate)));
  if (added.length === 0 && entry.state === "Ongoing") return partOf(entry.transactionNumber);
  const partitions = [...known, ...added];
  if (partitions.length > PARTITIONS_PER_TRANSACTION_MAX)
    return refused(transactionErrors.tooManyPartitions({ partitions: partitions.length }));
  const open = entry.state === "Ongoing" ? entry : { ...entry, startedAtMs: event.now, transactionNumber: entry.transactionNumber + 1 };
  // The owner knows its epoch: who names the one before is a delayed request, or another instance.
  return partOf(open.transactionNumber, [
    recordOf({ ...open, lastOwner: undefined, state: "Ongoing", partitions, updatedAtMs: event.now }),
  ]);
}

function endTransaction(state: CoordinatorState, event: EventOf<"endTransaction">): TransactionStep {
  const entry = state.entries.get(event.transactionalId);
  const refusal = refusalOfOwner(entry, event);
  if (refusal !== undefined) return refused(refusal);
  assert(entry !== undefined, "owner checked");
  const { commit, now, transactionalId, transactionNumber = entry.transactionNumber } = event;
  // Of an earlier transaction, late on its way: it ended long ago, one way or the other.
  if (transactionNumber !== entry.transactionNumber)
    return refused(transactionErrors.invalidState({ transactionalId, transactionNumber, currentNumber: entry.transactionNumber }));
  switch (entry.state) {
    case "Ongoing": {
      const prepared: TransactionEntry = { ...entry, state: commit ? "PrepareCommit" : "PrepareAbort", updatedAtMs: now };
      return { records: [recordOf(prepared)], response: { kind: "afterMarkers" }, effects: [writeMarkers(prepared)] };
    }
    case "PrepareCommit":
    case "PrepareAbort":
      if (commit === (entry.state === "PrepareCommit")) return { records: [], response: { kind: "afterMarkers" }, effects: [] };
      return refused(transactionErrors.invalidState({ transactionalId, state: entry.state }));
    case "CompleteCommit":
    case "CompleteAbort":
      // The answer of an earlier attempt was lost.
      return commit === (entry.state === "CompleteCommit")
        ? done()
        : refused(transactionErrors.invalidState({ transactionalId, state: entry.state }));
    case "Empty":
      return refused(transactionErrors.invalidState({ transactionalId, state: entry.state }));
    default:
      return assertNever(entry.state, "transaction state");
  }
}

function verify(state: CoordinatorState, event: EventOf<"verify">): TransactionStep {
  const entry = state.entries.get(event.transactionalId);
  const refusal = refusalOfOwner(entry, event);
  if (refusal !== undefined) return refused(refusal);
  assert(entry !== undefined, "owner checked");
  const { transactionalId } = event;
  if (isPrepared(entry)) return refused(transactionErrors.concurrent({ transactionalId }));
  const missing = event.partitions.find((candidate) => !entry.partitions.some((partition) => isSame(partition, candidate)));
  if (entry.state === "Ongoing" && missing === undefined)
    return { records: [], response: { kind: "verified", transactionNumber: entry.transactionNumber }, effects: [] };
  return refused(
    transactionErrors.invalidState({ transactionalId, state: entry.state, topic: missing?.topic, partition: missing?.partition }),
  );
}

function markersWritten(state: CoordinatorState, event: EventOf<"markersWritten">): TransactionStep {
  const entry = state.entries.get(event.transactionalId);
  if (entry === undefined || !isPrepared(entry)) return done(); // told twice
  const completed = entry.state === "PrepareCommit" ? "CompleteCommit" : "CompleteAbort";
  return done([recordOf({ ...entry, state: completed, partitions: [], updatedAtMs: event.now })]);
}

function timePassed(state: CoordinatorState, event: EventOf<"timePassed">): TransactionStep {
  const { transactionalId, now } = event;
  const entry = state.entries.get(transactionalId);
  if (entry === undefined || isPrepared(entry)) return done();
  if (entry.state === "Ongoing")
    return now - entry.startedAtMs > entry.timeoutMs ? { ...abortFenced(entry, now, entry), response: { kind: "done" } } : done();
  return now - entry.updatedAtMs > TRANSACTIONAL_ID_IDLE_MS_MAX ? done([{ transactionalId, entry: undefined }]) : done();
}

/**
 * Ends an open transaction against its owner: the bumped epoch makes whatever the owner still sends fail, markers carry it to every partition. Nobody is given that
 * epoch; `mayReturn` gets the next one when it asks for it (KIP-588).
 */
function abortFenced(entry: TransactionEntry, now: TimestampMs, mayReturn: ProducerOwner | undefined): TransactionStep {
  const { producerId, producerEpoch: epoch } = mayReturn ?? entry;
  const prepared: TransactionEntry = {
    ...entry,
    producerEpoch: producerEpoch(entry.producerEpoch + 1),
    lastOwner: mayReturn === undefined ? undefined : { producerId, producerEpoch: epoch },
    state: "PrepareAbort",
    updatedAtMs: now,
  };
  return { records: [recordOf(prepared)], response: { kind: "afterMarkers" }, effects: [writeMarkers(prepared)] };
}

function refusalOfOwner(entry: TransactionEntry | undefined, owner: Owner): AppError | undefined {
  const { transactionalId } = owner;
  if (entry?.producerId !== owner.producerId) return transactionErrors.unknownProducer({ transactionalId, producerId: owner.producerId });
  if (entry.producerEpoch === owner.producerEpoch) return undefined;
  return transactionErrors.fenced({ transactionalId, producerEpoch: owner.producerEpoch, currentEpoch: entry.producerEpoch });
}

function isPrepared(entry: TransactionEntry): boolean {
  return entry.state === "PrepareCommit" || entry.state === "PrepareAbort";
}

function isSame(a: TopicPartition, b: TopicPartition): boolean {
  return a.partition === b.partition && a.topic === b.topic;
}

function writeMarkers(entry: TransactionEntry): WriteMarkers {
  const { transactionalId, producerId, producerEpoch: epoch, transactionNumber, partitions } = entry;
  return {
    kind: "writeMarkers",
    transactionalId,
    producerId,
    producerEpoch: epoch,
    transactionNumber,
    commit: entry.state === "PrepareCommit",
    partitions,
  };
}

function recordOf(entry: TransactionEntry): TransactionRecord {
  return { transactionalId: entry.transactionalId, entry };
}

function done(records: readonly TransactionRecord[] = []): TransactionStep {
  return { records, response: { kind: "done" }, effects: [] };
}

function partOf(transactionNumber: number, records: readonly TransactionRecord[] = []): TransactionStep {
  return { records, response: { kind: "added", transactionNumber }, effects: [] };
}

function refused(error: AppError): TransactionStep {
  return { records: [], response: { kind: "refused", error }, effects: [] };
}
