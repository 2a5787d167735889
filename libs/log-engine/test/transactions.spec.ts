import { describe, expect, it } from "@jest/globals";
import type { Offset, ProducerEpoch, ProducerId } from "@millrace/model";
import { createSimulatedStorage } from "@millrace/testkit";
import { append, batchOf, codeOf, commit, contentOf, FOLDER, LEADS, newLog, reopen } from "./log-fixture.ts";

const at = (offset: number) => offset as Offset;
const storageOf = (seed = 1) => createSimulatedStorage({ seed });
async function fill(log: Awaited<ReturnType<typeof newLog>>, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await append(log, [`v${log.logEndOffset}`]);
}

describe("transactions", () => {
  const data = (sequence: number, id = 7, epoch = 0) => ({ values: [`t${id}`], producer: { id, epoch, sequence, transactional: true } });
  const verified = { transactionVerified: true };
  const marker = (outcome: "commit" | "abort", id = 7, coordinatorEpoch = 1, epoch = 0) => ({
    producerId: id as ProducerId,
    producerEpoch: epoch as ProducerEpoch,
    coordinatorEpoch,
    outcome,
  });

  it("holds the last stable offset at the oldest open transaction", async () => {
    const log = await newLog(storageOf());
    await append(log, ["plain"]);
    await append(log, data(0, 7), verified);
    await append(log, data(0, 8), verified);
    expect([log.highWatermark, log.lastStableOffset]).toEqual([3, 1]);
    log.stageMarker(marker("commit", 7), LEADS);
    expect(log.lastStableOffset).toBe(1);
    await commit(log);
    expect(log.lastStableOffset).toBe(2);
    log.stageMarker(marker("abort", 8), LEADS);
    await commit(log);
    expect(log.lastStableOffset).toBe(5);
    expect(contentOf(log)).toEqual(["0:plain", "1:t7", "2:t8", "3:#", "4:#"]);
  });

  it("refuses a transaction's first batch without verification, and plain batches within one", async () => {
    const log = await newLog(storageOf());
    expect(codeOf(() => log.stage(batchOf(data(0)), LEADS))).toBe("transaction-not-verified");
    await append(log, data(0), verified);
    await append(log, data(1));
    expect(codeOf(() => log.stage(batchOf({ values: ["x"], producer: { id: 7, sequence: 2 } }), LEADS))).toBe("transaction-open");
    log.stageMarker(marker("abort"), LEADS);
    expect(codeOf(() => log.stage(batchOf(data(2)), LEADS))).toBe("transaction-not-verified");
  });

  it("writes a marker once, and fences older coordinators and producers", async () => {
    const log = await newLog(storageOf());
    await append(log, data(0), verified);
    expect(log.stageMarker(marker("commit", 7, 3), LEADS)).toMatchObject({ kind: "appended", baseOffset: 1 });
    expect(log.stageMarker(marker("commit", 7, 3), LEADS)).toMatchObject({ kind: "duplicate", baseOffset: 1 });
    expect(codeOf(() => log.stageMarker(marker("abort", 7, 2), LEADS))).toBe("transaction-coordinator-fenced");
    expect(log.stageMarker(marker("abort", 7, 3, 1), LEADS).kind).toBe("appended"); // fences epoch 0
    expect(codeOf(() => log.stage(batchOf(data(1)), { ...LEADS, ...verified }))).toBe("producer-fenced");
  });

  it("finds aborted transactions that overlap a range, also after a crash, a clean stop, and with damaged or lost indexes", async () => {
    const storage = storageOf();
    let log = await newLog(storage, { segmentBytes: 350 });
    await append(log, data(0, 7), verified); // 0
    await append(log, data(0, 8), verified); // 1
    log.stageMarker(marker("abort", 8), LEADS); // 2
    await append(log, ["plain"]); // 3
    log.stageMarker(marker("abort", 7), LEADS); // 4
    await append(log, data(0, 9), verified); // 5
    log.stageMarker(marker("commit", 9), LEADS); // 6
    await commit(log);
    const check = (): void => {
      const aborted = (from: number, to: number) =>
        log.abortedTransactions(at(from), at(to)).map((entry) => [entry.producerId, entry.firstOffset]);
      expect(aborted(0, 7)).toEqual([
        [7, 0],
        [8, 1],
      ]);
      expect(aborted(3, 5)).toEqual([[7, 0]]);
      expect([aborted(5, 7), aborted(0, 1)]).toEqual([[], [[7, 0]]]);
      expect(log.lastStableOffset).toBe(7);
    };
    check();
    storage.crash();
    log = await reopen(storage, { segmentBytes: 350 });
    log.advanceHighWatermark([log.replicaEndOffset]);
    check();
    await log.close();
    log = await reopen(storage, { segmentBytes: 350 });
    check();
    await log.close();
    const indexes = storage.list(FOLDER).filter(({ name }) => name.endsWith(".txnindex"));
    expect(indexes.length).toBeGreaterThan(1);
    for (const { name } of indexes) storage.flipBit(`${FOLDER}/${name}`, 1);
    log = await reopen(storage, { segmentBytes: 350 });
    check();
    await log.close();
    for (const { name } of storage.list(FOLDER)) if (/\.(txn|time)?index$/.test(name)) storage.remove(`${FOLDER}/${name}`);
    log = await reopen(storage, { segmentBytes: 350 });
    check();
  });

  it("knows open transactions after a crash", async () => {
    const storage = storageOf();
    const log = await newLog(storage, { segmentBytes: 200 });
    await append(log, data(0), verified);
    await fill(log, 5);
    storage.crash();
    const again = await reopen(storage, { segmentBytes: 200 });
    again.advanceHighWatermark([again.replicaEndOffset]);
    expect([again.hasOpenTransaction(7 as ProducerId), again.lastStableOffset]).toEqual([true, 0]);
  });

  it("knows them still when the first write after a restart finds no room", async () => {
    const storage = storageOf();
    const log = await newLog(storage);
    await append(log, data(0, 7), verified);
    log.stageMarker(marker("commit", 7), LEADS);
    await append(log, data(0, 8), verified);
    storage.crash();
    const again = await reopen(storage);
    storage.limitBytes(storage.usedBytes);
    again.stage(batchOf(data(1, 8)), LEADS);
    expect(codeOf(() => again.writeStaged())).toBe("disk-full");
    expect([7, 8].map((id) => again.hasOpenTransaction(id as ProducerId))).toEqual([false, true]);
    again.advanceHighWatermark([again.replicaEndOffset]);
    expect(again.lastStableOffset).toBe(2);
  });
});
