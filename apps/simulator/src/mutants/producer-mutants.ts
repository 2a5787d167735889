import type { Mutant } from "./mutant.ts";

const LOG = "libs/log-engine/src/segmented-log.ts";
const PARTITION = "libs/broker-node/src/partitions/verified-transactions.ts";
const PRODUCERS = "libs/log-engine/src/producer-state.ts";
const RECOVERY = "libs/log-engine/src/recovery.ts";
const TRANSACTIONS = "libs/transactions/src/handle.ts";

/** Producers and transactions (reliability R18). */
export const PRODUCER_MUTANTS: readonly Mutant[] = [
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
    provokes: "haste",
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
    correct: "if (now.count !== before.count)",
    wrong: "if (now.count < before.count)",
    provokes: "haste",
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
    provokes: "haste",
  },
  {
    name: "marker-of-former-coordinator",
    what: "a marker of a coordinator that was deposed ends the transaction after its own",
    file: PRODUCERS,
    correct: "    if (coordinatorEpoch < last.coordinatorEpoch) {\n",
    wrong: "    if (coordinatorEpoch < 0) {\n",
    also: [
      {
        file: PARTITION,
        correct: "return open !== undefined && transactionNumber > 0 && transactionNumber < open;",
        wrong: "return open !== undefined && transactionNumber < 0;",
      },
    ],
    provokes: "haste",
  },
  {
    name: "marker-of-former-transaction",
    what: "a marker that comes late ends the transaction after its own",
    file: PARTITION,
    correct: "return open !== undefined && transactionNumber > 0 && transactionNumber < open;",
    wrong: "return open !== undefined && transactionNumber < 0;",
    provokes: "haste",
  },
  {
    name: "assignment-before-revocation",
    what: "a member of a group gets its partitions while others still have them",
    file: "libs/groups/src/consumer/reconcile.ts",
    correct: "    held = union(held, intersection(candidates, union(other.assigned, other.revoking)));\n",
    wrong: "    held = union(held, intersection(candidates, other.epoch < -2 ? other.assigned : NOTHING));\n",
    provokes: "transactions",
  },
  {
    name: "commit-of-old-generation",
    what: "a member that is none any more commits offsets",
    file: "libs/groups/src/offsets/commit.ts",
    correct: "refusalOfNewGroup(turn.state, group) ?? refusalOfCommit(turn, request);",
    wrong: "refusalOfNewGroup(turn.state, group) ?? (void refusalOfCommit, undefined);",
    provokes: "groups",
  },
  {
    name: "offsets-acknowledged-before-replication",
    what: "offsets of a group are acknowledged when the leader has them",
    file: "libs/broker-node/src/groups/group-log.ts",
    correct: 'durability: "committed",',
    wrong: 'durability: "written",',
    provokes: "elections",
  },
];
