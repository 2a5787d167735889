import { JOB_MUTANTS } from "./job-mutants.ts";
import type { Provocation } from "../run/plan.ts";

/** A bug that is planted into the sources while they are loaded. `correct` stands in the file exactly once. */
export interface Mutant {
  readonly name: string;
  readonly what: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly correct: string;
  readonly wrong: string;
  /** What has to happen often for it to show. */
  readonly provokes: Provocation;
}

const PARTITION = "libs/broker-node/src/partitions/local-partition.ts";
const LEADER = "libs/replication/src/leader.ts";
const SESSION = "libs/broker-node/src/replication/replica-session.ts";
const FOLLOWER = "libs/broker-node/src/replication/follower-log.ts";
const LOG_SYNC = "libs/log-engine/src/log-sync.ts";
const LOG = "libs/log-engine/src/segmented-log.ts";
const PRODUCERS = "libs/log-engine/src/producer-state.ts";
const RECOVERY = "libs/log-engine/src/recovery.ts";
const TRANSACTIONS = "libs/transactions/src/handle.ts";

/** Bugs of the reliability reference's list, each as one change of one place. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "ack-before-replicate",
    what: "acks=all is answered when the leader has the record",
    file: PARTITION,
    correct: "committed: highWatermark, ",
    wrong: "committed: syncedEndOffset, ",
    provokes: "elections",
  },
  {
    name: "ack-before-sync",
    what: "a follower's position is what it has written, not what it has synced",
    file: LOG,
    correct: 'return this.#settings.flush === "ack" ? this.syncedEndOffset : this.logEndOffset;',
    wrong: "return this.logEndOffset;",
    provokes: "power",
  },
  {
    name: "sync-claims-what-came-meanwhile",
    what: "a sync counts what was written while it ran",
    file: LOG_SYNC,
    correct: "    this.#syncedEndOffset = target;\n",
    wrong: "    this.#syncedEndOffset = segments.active.writtenEndOffset;\n",
    provokes: "power",
  },
  {
    name: "failed-sync-retried",
    what: "a sync that failed is tried again, and taken for good when nothing is said",
    file: LOG_SYNC,
    correct: "      throw this.fail(toAppError(error));\n    }\n    if (rolls.length > 0) await this.#finish(rolls);",
    wrong: "      void error;\n    }\n    if (rolls.length > 0) await this.#finish(rolls);",
    provokes: "syncs",
  },
  {
    name: "truncate-to-high-watermark",
    what: "a follower cuts at its own high watermark when the leader's log parts from its",
    file: FOLLOWER,
    correct: "const common = truncationOffset(leader, log.endOffsetOfEpoch(leader.leaderEpoch)) ?? log.logStartOffset;",
    wrong: "const common = (void truncationOffset, log.highWatermark);",
    provokes: "elections",
  },
  {
    name: "no-truncation",
    what: "a leader never tells a follower that their logs part",
    file: SESSION,
    correct: "    return divergingEpoch({ offset: entry.position, lastFetchedEpoch }, leader);",
    wrong: "    return (void divergingEpoch, lastFetchedEpoch === -2 ? leader.found : undefined);",
    provokes: "elections",
  },
  {
    name: "old-epoch-accepted",
    what: "a follower's position of an older leader epoch counts",
    file: SESSION,
    correct: "    if (epoch < currentLeaderEpoch) throw brokerErrors.fencedEpoch(context);\n",
    wrong: "",
    provokes: "elections",
  },
  {
    name: "leader-shrinks-alone",
    what: "the high watermark stops waiting for a member as soon as its removal is asked for",
    file: LEADER,
    correct: "const isMember = inSyncSet.includes(id) || wish?.members.some((member) => member.brokerId === id) === true;",
    wrong: "const isMember = wish === undefined ? inSyncSet.includes(id) : wish.members.some((member) => member.brokerId === id);",
    provokes: "elections",
  },
  {
    name: "confirmed-set-only",
    what: "the high watermark does not wait for a member that was asked in and may be in by now",
    file: LEADER,
    correct: "const isMember = inSyncSet.includes(id) || wish?.members.some((member) => member.brokerId === id) === true;",
    wrong: "const isMember = (void wish, inSyncSet.includes(id));",
    provokes: "elections",
  },
  {
    name: "members-not-waited-for",
    what: "a member that has not fetched in this epoch is not waited for",
    file: LEADER,
    correct: "if (isMember) ends.push(follower?.endOffset ?? NOT_FETCHED);",
    wrong: "if (isMember) { if (follower !== undefined) ends.push(follower.endOffset ?? NOT_FETCHED); }",
    provokes: "elections",
  },
  {
    name: "join-without-high-watermark",
    what: "a follower joins the in-sync set wherever its log ends",
    file: LEADER,
    correct: "return follower.endOffset >= state.epochStartOffset && follower.endOffset >= highWatermark;",
    wrong: "return follower.endOffset >= 0 || state.epochStartOffset > highWatermark;",
    provokes: "elections",
  },
  {
    name: "high-watermark-below-minimum",
    what: "the high watermark moves with fewer in sync than min.insync.replicas",
    file: LEADER,
    correct: "  if (inSyncSet.length < Math.min(of.minInSync, assignment.replicationFactor ?? replicas.length)) return undefined;\n",
    wrong: "",
    provokes: "power",
  },
  {
    name: "empty-disk-trusted",
    what: "a broker that comes back with an empty disk keeps its place in the in-sync sets",
    file: "libs/placement/src/brokers.ts",
    correct: "    if (hasEmptyDisk || (log === undefined && isMissed(topic, partition)))\n",
    wrong: "    if (hasEmptyDisk && known === undefined)\n",
    provokes: "disks",
  },
  {
    name: "elected-from-anywhere",
    what: "any live replica may lead, in sync or not",
    file: "libs/placement/src/elect.ts",
    correct: "  const member = replicas.find((id) => inSyncSet.includes(id) && isLive(id));",
    wrong: "  const member = replicas.find((id) => isLive(id));",
    provokes: "elections",
  },
  {
    name: "recovery-cuts-a-batch-too-many",
    what: "recovery cuts the last batch of a log that was not closed",
    file: RECOVERY,
    correct: "      visit: (batch) => {\n        const { baseOffset, partitionLeaderEpoch } = batch;\n",
    wrong:
      "      visit: (batch, at) => {\n        const { baseOffset, partitionLeaderEpoch } = batch;\n        if (expectedEndOffset === undefined && at + batch.sizeInBytes === fileSize) return new Error();\n",
    provokes: "power",
  },
  {
    name: "no-checksum-in-recovery",
    what: "recovery does not look at checksums",
    file: RECOVERY,
    correct: "    let end = scanBatches(parts.file, {\n      crc32c: ports.crc32c,\n",
    wrong: "    let end = scanBatches(parts.file, {\n",
    provokes: "power",
  },
  {
    name: "producer-state-lost-on-restart",
    what: "batches that recovery finds are not remembered as their producers'",
    file: RECOVERY,
    correct: "if (baseOffset >= this.#producersFrom) applyBatch(batch, this.#producers, parts.transactions);",
    wrong: "if (baseOffset >= this.#producersFrom && batch.isTransactional) applyBatch(batch, this.#producers, parts.transactions);",
    provokes: "power",
  },
  {
    name: "producer-state-lost-on-leader-change",
    what: "a follower does not remember the batches of idempotent producers",
    file: LOG,
    correct: "    applyBatch(placed, this.#producers, this.#segments.activeParts.transactions, now);",
    wrong:
      "    if (placed.isTransactional || placed.isControl) applyBatch(placed, this.#producers, this.#segments.activeParts.transactions, now);",
    provokes: "elections",
  },
  {
    name: "replays-appended-again",
    what: "a repeated batch is appended once more",
    file: PRODUCERS,
    correct: "      if (duplicate !== undefined) return duplicate;\n",
    wrong: "      if (duplicate !== undefined) return undefined;\n",
    provokes: "elections",
  },
  {
    name: "gaps-accepted",
    what: "a batch may come before the one that it follows",
    file: PRODUCERS,
    correct: "  if (batch.baseSequence === expected) return;",
    wrong: "  if (batch.baseSequence >= 0) return;",
    provokes: "elections",
  },
  {
    name: "stable-offset-ignores-open",
    what: "readers of committed records see beyond open transactions",
    file: PRODUCERS,
    correct: "let stable = Math.min(highWatermark, this.firstOpenOffset ?? highWatermark);",
    wrong: "let stable: number = highWatermark;",
    provokes: "transactions",
  },
  {
    name: "aborted-index-empty",
    what: "aborted transactions are not found again",
    file: LOG,
    correct: 'if (ended !== undefined && marker.outcome === "abort") {',
    wrong: 'if (ended !== undefined && marker.outcome === "abort" && ended.firstOffset < 0) {',
    provokes: "transactions",
  },
  {
    name: "late-append-after-marker",
    what: "an append that was verified before its transaction's end is taken after it",
    file: "libs/broker-node/src/transactions/transaction-verifier.ts",
    correct: "if (partition.transactionsEnded(producerId) !== endedBefore)",
    wrong: "if (partition.transactionsEnded(producerId) < endedBefore)",
    provokes: "transactions",
  },
  {
    name: "end-answered-before-prepared",
    what: "the outcome is decided in memory, and its record follows",
    file: "libs/broker-node/src/transactions/transaction-coordinator.ts",
    correct: "      await this.#log.append(step.records);\n",
    wrong: "      this.#log.append(step.records).catch(() => undefined);\n",
    provokes: "transactions",
  },
  {
    name: "complete-before-all-markers",
    what: "a transaction is complete when the first partition has its marker",
    file: "libs/broker-node/src/transactions/marker-writer.ts",
    correct: "    if (open.length === 0) return;",
    wrong: "    if (open.length < effect.partitions.length || open.length === 0) return;",
    provokes: "transactions",
  },
  {
    name: "epoch-not-bumped-on-fencing",
    what: "a transaction that is ended against its owner keeps the owner's epoch",
    file: TRANSACTIONS,
    correct: "    ...entry,\n    producerEpoch: producerEpoch(entry.producerEpoch + 1),\n",
    wrong: "    ...entry,\n",
    provokes: "transactions",
  },
  {
    name: "lease-without-fencing",
    what: "the store takes commits of any coordinator that was active once",
    file: "libs/testkit/src/coordination/memory-store.ts",
    correct: '    if (!this.#holds(fence)) return { kind: "fenced", epoch: data.epoch };',
    wrong: '    if (fence.epoch > data.epoch) return { kind: "fenced", epoch: data.epoch };',
    provokes: "store",
  },
  {
    name: "old-coordinator-obeyed",
    what: "a broker obeys a coordinator of an older epoch",
    file: "libs/broker-node/src/folder.ts",
    correct: "if (isOlder || isDouble) {",
    wrong: "if (isDouble && isOlder) {",
    provokes: "store",
  },
  {
    name: "request-id-forgotten",
    what: "a commit whose answer was lost is made once more",
    file: "libs/testkit/src/coordination/memory-store.ts",
    correct: "    if (earlier !== undefined) return earlier;\n",
    wrong: "",
    provokes: "store",
  },
  {
    name: "unread-follower-serves-above-watermark",
    what: "readers see what is not committed",
    file: "libs/broker-node/src/reads/read-partitions.ts",
    correct: "const visibleEndOffset = isCommitted ? lastStableOffset : highWatermark;",
    wrong: "const visibleEndOffset = isCommitted && lastStableOffset < highWatermark ? lastStableOffset : log.logEndOffset;",
    provokes: "elections",
  },
  {
    name: "long-poll-not-woken",
    what: "a waiting fetch is not told of new records",
    file: PARTITION,
    correct: "    for (const wake of readers) wake();",
    wrong: "    for (const wake of readers.slice(1)) wake();",
    provokes: "transactions",
  },
  {
    name: "in-sync-set-never-regrows",
    what: "a follower that caught up is never asked into the set",
    file: LEADER,
    correct: "  return joining.length === 0 ? { state, effects: [] } : ask(state, [...inSyncSet, ...joining]);",
    wrong: "  return joining.length >= 0 ? { state, effects: [] } : ask(state, [...inSyncSet, ...joining]);",
    provokes: "power",
  },
  ...JOB_MUTANTS,
];
