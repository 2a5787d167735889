import type { Mutant } from "./mutant.ts";

const LOST_STORE = "libs/coordinator-node/src/rebuild/lost-store.ts";
/** What a broker has seen of this term's epoch is compared with what this term began with. */
const OWN_TERM = "if (term === termOf(versionBegin)) return version >= versionBegin;";

/** Between brokers, coordinators and their store (reliability R9 to R13, S1 to S8). */
export const COORDINATION_MUTANTS: readonly Mutant[] = [
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
    name: "lease-without-fencing",
    what: "the store takes commits of any coordinator that was active once",
    file: "libs/testkit/src/coordination/memory-store.ts",
    correct: '    if (!this.#holds(fence)) return { kind: "fenced", epoch: data.epoch };',
    wrong: '    if (fence.epoch > data.epoch) return { kind: "fenced", epoch: data.epoch };',
    provokes: "coordinators",
  },
  {
    name: "old-coordinator-obeyed",
    what: "a broker obeys a coordinator of an older epoch, and says nothing of the newer one when it registers",
    file: "libs/broker-node/src/folder.ts",
    correct: "if (isOlder || isDouble) {",
    wrong: "if (isDouble && isOlder) {",
    also: [
      { file: LOST_STORE, correct: "  if (Number(broker.coordinatorEpochSeen) > fence.epoch) return lost;\n", wrong: "" },
      { file: LOST_STORE, correct: OWN_TERM, wrong: "if (term >= termOf(versionBegin)) return true;" },
    ],
    provokes: "coordinators",
  },
  {
    name: "equal-epoch-obeyed",
    what: "a broker obeys two coordinators of one epoch, which a store that was rolled back gives out twice",
    file: "libs/broker-node/src/folder.ts",
    correct: "if (isOlder || isDouble) {",
    wrong: "if (isOlder && isDouble !== undefined) {",
    also: [
      {
        file: LOST_STORE,
        correct: 'coordinatorIdSeen !== "" && coordinatorIdSeen !== fence.termId) return lost;',
        wrong: 'coordinatorIdSeen === "-" && coordinatorIdSeen !== fence.termId) return lost;',
      },
      { file: LOST_STORE, correct: OWN_TERM, wrong: "if (term === termOf(versionBegin)) return true;" },
    ],
    provokes: "rollback",
  },
  {
    name: "rollback-not-detected",
    what: "what a broker has seen is not compared with what the store has",
    file: LOST_STORE,
    correct: '  if (clusterId === "" || generationSeen === "") return undefined;\n',
    wrong: '  if (clusterId === "" || generationSeen === "" || fence.epoch > 0) return undefined;\n',
    provokes: "rollback",
  },
  {
    name: "rebuild-by-partition-epoch",
    what: "a lost store is rebuilt by who has seen the greatest partition epoch, not by who has the greatest log",
    file: "libs/placement/src/rebuild.ts",
    correct: ".sort((a, b) => compareLogs(a.log, b.log));",
    wrong:
      ".sort((a, b) => (viewOf(b.report, newest)?.partitionEpoch ?? -1) - (viewOf(a.report, newest)?.partitionEpoch ?? (void compareLogs, -1)));",
    provokes: "rollback",
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
    name: "epoch-not-raised",
    what: "a new leader goes on in the epoch of the one before",
    file: "libs/placement/src/elect.ts",
    correct: "leader, leaderEpoch: leaderEpoch(partition.leaderEpoch + 1) };",
    wrong: "leader, leaderEpoch: leaderEpoch(Math.max(1, partition.leaderEpoch)) };",
    provokes: "elections",
  },
];
