/**
 * @typedef {{ readonly name: string, readonly what: string, readonly project: string, readonly file: string, readonly correct: string, readonly wrong: string }} PlantedBug
 * `correct` stands in the file exactly once; the bug is `wrong` in its place. The project's own tests must fail.
 */

/** Bugs whose tests exist because of them. @type {readonly PlantedBug[]} */
export const plantedBugs = [
  {
    name: "wrong-window-bound",
    what: "a window is emitted one bound too late: end < wm instead of end <= wm",
    project: "libs/dataflow",
    file: "src/roots/time-window-root.ts",
    correct: "if (end > until) return windows;",
    wrong: "if (end >= until) return windows;",
  },
  {
    name: "skipped-fsync",
    what: "a log says that it is synced without syncing",
    project: "libs/log-engine",
    file: "src/log-sync.ts",
    correct: "await Promise.all([...rolls.map((roll) => segments.partsOf(roll.closed).file.sync()), active.sync()]);",
    wrong: "await Promise.resolve(active);",
  },
  {
    name: "compaction-drops-last-value",
    what: "compaction takes the last record of a key for an old one",
    project: "libs/log-engine",
    file: "src/compaction/batch-cleaner.ts",
    correct: "if ((records.offsets[index] ?? 0) < this.#rules.keys.get(key)) return false;",
    wrong: "if ((records.offsets[index] ?? 0) <= this.#rules.keys.get(key)) return false;",
  },
  {
    name: "compaction-drops-tombstone-early",
    what: "a tombstone goes with the second pass, whatever delete.retention.ms says",
    project: "libs/log-engine",
    file: "src/compaction/batch-cleaner.ts",
    correct: "return horizon !== undefined && this.#rules.now >= horizon;",
    wrong: "return horizon !== undefined;",
  },
  {
    name: "compaction-drops-live-marker",
    what: "a transaction's marker goes while records of it are still there",
    project: "libs/log-engine",
    file: "src/compaction/batch-cleaner.ts",
    correct: "const hasData = transactions.marker(view);",
    wrong: "const hasData = transactions.marker(view) && false;",
  },
  {
    name: "compaction-forgets-swap",
    what: "a swap of segments that a power cut interrupted is not finished by the next start",
    project: "libs/log-engine",
    file: "src/compaction/swap-segments.ts",
    correct: "  moveFiles(folder, intent, ports);\n  await endSwap(folder, ports);",
    wrong: "  await endSwap(folder, ports);",
  },
  {
    name: "dropped-shuffle-block",
    what: "every block from a peer to slot 1 gets lost on the way, and nobody counts",
    project: "libs/dataflow",
    file: "src/shuffle/inbox.ts",
    correct: "    this.#edge(edge).blocksReceived++;\n    this.#add(edge, slot, block);",
    wrong: "    this.#edge(edge).blocksReceived++;\n    if (slot !== 1) this.#add(edge, slot, block);",
  },
  {
    name: "stale-epoch-redis",
    what: "Redis takes a commit that carries an old fencing epoch",
    project: "libs/coordination-redis",
    file: "src/scripts/commit.lua.ts",
    correct: "if epoch ~= ARGV[2] or redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return",
    wrong: "if redis.call('HGET', KEYS[1], 'holder') == 'nobody' then return",
  },
  {
    name: "stale-epoch-lmdb",
    what: "the embedded store takes a commit that carries an old fencing epoch",
    project: "libs/coordination-lmdb",
    file: "src/lmdb-store.ts",
    correct: "return this.#generation() === fence.generation && holder === fence.holder && epoch === fence.epoch;",
    wrong: "return this.#generation() === fence.generation && holder === fence.holder && epoch > 0;",
  },
  {
    name: "marks-before-fencing",
    what: "tasks open although a former writer is not fenced yet",
    project: "libs/scheduling",
    file: "src/job-machine.ts",
    correct: "if (this.isLast(phase.pending, workerIndex)) this.#open(workers);",
    wrong: "if (this.isLast(phase.pending, workerIndex) || phase.pending.size === 1) this.#open(workers);",
  },
  {
    name: "replanned-batch",
    what: "after a failure a batch is planned anew instead of replayed",
    project: "libs/scheduling",
    file: "src/job-machine.ts",
    correct: "const replayed = this.#replay.shift();",
    wrong: "const replayed = undefined as BatchPlan | undefined;",
  },
  {
    name: "output-without-mark",
    what: "a slot whose output of a batch is out writes it again",
    project: "libs/executor-node",
    file: "src/worker/batch-output.ts",
    correct: "const isOut = connector === undefined && marks.covers(sink, slot, this.#batch.batch);",
    wrong: "const isOut = connector === undefined && marks.covers(sink, slot, this.#batch.batch + 1);",
  },
];
