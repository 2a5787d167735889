import type { Mutant } from "./mutant.ts";

const PARTITION = "libs/broker-node/src/partitions/local-partition.ts";
const LEADER = "libs/replication/src/leader.ts";
const SESSION = "libs/broker-node/src/replication/replica-session.ts";
const FETCHER = "libs/broker-node/src/replication/replica-fetcher.ts";

/** Between a leader and its followers, and towards readers (reliability R1 to R8). */
export const REPLICATION_MUTANTS: readonly Mutant[] = [
  {
    name: "ack-before-replicate",
    what: "acks=all is answered when the leader has the record",
    file: PARTITION,
    correct: "committed: highWatermark };",
    wrong: "committed: syncedEndOffset };",
    provokes: "elections",
  },
  {
    name: "unsynced-replica-trusted",
    what: "a replica that is synced in the background counts as whole after a crash, as one that is synced before it acknowledges",
    file: "libs/placement/src/brokers.ts",
    correct: "(log.isSuspect || !(wasStoppedCleanly || isSynced(topic)))",
    wrong: "(wasStoppedCleanly && !isSynced(topic) && log.isSuspect)",
    provokes: "unsynced",
  },
  {
    name: "truncate-to-high-watermark",
    what: "a follower cuts its log at its own high watermark before it asks a new leader",
    file: FETCHER,
    correct: "    partition.follow(epoch, () => this.#progressed(followed));\n",
    wrong:
      "    partition.follow(epoch, () => this.#progressed(followed));\n    const [{ ports }, { log }] = [this.#context, partition];\n    const leader = { leaderEpoch: log.leaderEpoch, endOffset: log.highWatermark };\n    void cutDiverging({ partition, epoch, leader, logPorts: this.#context.logPortsOf(partition), logger: ports.logger }).catch(() => undefined);\n",
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
    name: "leader-shrinks-alone",
    what: "the high watermark stops waiting for a member as soon as its removal is asked for",
    file: LEADER,
    correct: "const isMember = inSyncSet.includes(id) || wish?.members.some((member) => member.brokerId === id) === true;",
    wrong: "const isMember = wish === undefined ? inSyncSet.includes(id) : wish.members.some((member) => member.brokerId === id);",
    provokes: "elections",
  },
  {
    name: "confirmed-set-only",
    what: "the high watermark waits for the set that was confirmed only: not for a member that was asked in and may be in by now, nor for one that has caught up (R6, which would wait for the former too)",
    file: LEADER,
    correct:
      "    const isMember = inSyncSet.includes(id) || wish?.members.some((member) => member.brokerId === id) === true;\n    if (isMember) ends.push(follower?.endOffset ?? NOT_FETCHED);\n    else if (follower !== undefined && isJoining(state, follower, of.nowMs) && of.isEligible(id, follower.brokerEpoch))\n      ends.push(follower.endOffset);\n",
    wrong: "    if (inSyncSet.includes(id)) ends.push((void wish, follower?.endOffset ?? NOT_FETCHED));\n    void isJoining;\n",
    provokes: "store",
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
    name: "unread-follower-serves-above-watermark",
    what: "readers see what is not committed",
    file: "libs/broker-node/src/reads/read-partitions.ts",
    correct: "const visibleEndOffset = isCommitted ? lastStableOffset : highWatermark;",
    wrong: "const visibleEndOffset = isCommitted && lastStableOffset < highWatermark ? lastStableOffset : log.logEndOffset;",
    provokes: "elections",
  },
  {
    name: "follower-serves-above-watermark",
    what: "a replica gives what it has, committed or not",
    file: "libs/broker-node/src/rpc/read-replica.ts",
    correct: "Math.min(Number(request.endOffset), log.highWatermark)",
    wrong: "Math.min(Number(request.endOffset), log.logEndOffset)",
    provokes: "replicas",
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
  {
    name: "join-without-epoch-start",
    what: "a follower joins the in-sync set of a new leader that does not know yet what the former one had committed",
    file: LEADER,
    correct: "return follower.endOffset >= state.epochStartOffset && follower.endOffset >= highWatermark;",
    wrong: "return follower.endOffset >= highWatermark;",
    provokes: "elections",
  },
  {
    name: "join-without-broker-epoch",
    what: "a broker that came back with an empty disk joins the in-sync set by where its log ended in its life before",
    file: LEADER,
    correct: "return mayJoin(state, follower, context.highWatermark) && context.isEligible(id, follower.brokerEpoch);",
    wrong: "return mayJoin(state, follower, context.highWatermark);",
    also: [
      {
        file: "libs/placement/src/partitions.ts",
        correct: 'broker?.status === "live" && broker.brokerEpoch === brokerEpoch;',
        wrong: 'broker?.status === "live" && brokerEpoch >= 0;',
      },
    ],
    provokes: "quiet",
  },
  {
    name: "latest-falls",
    what: "a new leader says where the log ends before it knows what the former one had committed",
    file: "libs/broker-node/src/rpc/list-offsets.ts",
    correct: "const isEndKnown = local.isHighWatermarkKnown && ",
    wrong: "const isEndKnown = log.logEndOffset >= 0 && ",
    provokes: "elections",
  },
  {
    name: "fetch-re-sliced",
    what: "an answer that was cut says that it reaches as far as there is something to read",
    file: "libs/broker-node/src/reads/read-partitions.ts",
    correct: "  return { ...state, ...read, aborted, diverging };",
    wrong:
      "  const saidEnd = read.sizeBytes > 0 ? (Math.min(visibleEndOffset, endOffset) as Offset) : read.nextOffset;\n  return { ...state, ...read, nextOffset: saidEnd, aborted, diverging };",
    provokes: "power",
  },
  {
    name: "retry-queue-unbounded",
    what: "wishes for other in-sync sets stay in the queue beside their repetitions until somebody answers",
    file: "libs/broker-node/src/replication/in-sync-requests.ts",
    correct: "  readonly #wanting = new Set<LocalPartition>();\n",
    wrong:
      "  readonly #wanting = new (class {\n    items: LocalPartition[] = [];\n    get size() { return this.items.length; }\n    add(item: LocalPartition) { this.items.push(item); }\n    clear() { this.items = []; }\n    [Symbol.iterator]() { return this.items.values(); }\n  })();\n",
    also: [
      {
        file: "libs/broker-node/src/replication/in-sync-requests.ts",
        correct: "      this.#wanting.clear();\n      try {\n        if (sent.length > 0) await this.#send(sent);\n",
        wrong: "      try {\n        if (sent.length > 0) await this.#send(sent);\n        this.#wanting.clear();\n",
      },
      {
        file: "libs/broker-node/src/replication/in-sync-requests.ts",
        correct: "        for (const { partition } of sent) this.#wanting.add(partition);\n",
        wrong: "        for (const partition of new Set(sent.map((item) => item.partition))) this.#wanting.add(partition);\n",
      },
    ],
    provokes: "store",
  },
];
