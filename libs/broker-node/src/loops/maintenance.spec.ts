import { describe, expect, it } from "@jest/globals";
import { SILENT_LOGGER } from "@millrace/ports";
import { ManualClock } from "@millrace/testkit";
import type { BrokerPorts } from "../node-ports.ts";
import { GroupCommit } from "../partitions/group-commit.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { Replicas } from "../partitions/replicas.ts";
import { Maintenance } from "./maintenance.ts";

const FLUSH_MS = 1_000;

/** A partition with flush=interval whose log has something that is not synced; a sync takes no time. */
function unsyncedPartition() {
  const log = { failure: undefined, syncedEndOffset: 0, logEndOffset: 1 };
  let syncs = 0;
  const sync = (): void => {
    syncs++;
    log.syncedEndOffset = log.logEndOffset;
  };
  const append = (): void => {
    log.logEndOffset++;
  };
  const partition = { log, config: { flush: "interval", flushIntervalMs: FLUSH_MS }, sync } as unknown as LocalPartition;
  return { partition, syncs: () => syncs, append };
}

describe("Maintenance", () => {
  it("has a timer for syncs only while a log has something to sync", async () => {
    const clock = new ManualClock();
    const groupCommit = new GroupCommit(setImmediate);
    const ports = { clock, logger: SILENT_LOGGER } as unknown as BrokerPorts;
    const maintenance = new Maintenance({ groupCommit, all: () => [] } as unknown as Replicas, ports);
    maintenance.start({ retentionCheckMs: 1e9, checkpointMs: 1e9 });
    expect(clock.pendingTimers).toBe(2);
    await clock.advance(FLUSH_MS);
    const { partition, syncs, append } = unsyncedPartition();
    groupCommit.addUnsynced(partition);
    groupCommit.addUnsynced(partition);
    expect(clock.pendingTimers).toBe(3);
    await clock.advance(FLUSH_MS / 5);
    expect([syncs(), clock.pendingTimers]).toEqual([1, 2]);
    append();
    groupCommit.addUnsynced(partition);
    await clock.advance(FLUSH_MS / 2);
    expect([syncs(), clock.pendingTimers]).toEqual([1, 3]); // not due yet
    await clock.advance(FLUSH_MS);
    expect([syncs(), clock.pendingTimers]).toEqual([2, 2]);
    groupCommit.addUnsynced(partition);
    await maintenance.stop();
    expect(clock.pendingTimers).toBe(0);
    groupCommit.addUnsynced(partition);
    expect(clock.pendingTimers).toBe(0);
  });

  it("says nothing of a log that is deleted while its checkpoint is saved, and saves the others", async () => {
    const clock = new ManualClock();
    const groupCommit = new GroupCommit(setImmediate);
    const errors: string[] = [];
    const logger = { ...SILENT_LOGGER, error: (event: string) => void errors.push(event) };
    const saved: string[] = [];
    const partitionOf = (name: string, isDeleted: boolean): LocalPartition => {
      const log = {
        failure: undefined as unknown,
        checkpoint: () => {
          if (!isDeleted) return Promise.resolve(void saved.push(name));
          log.failure = new Error("closed");
          return Promise.reject(new Error("no such file"));
        },
        highWatermark: 1,
        logEndOffset: 1,
      };
      return { log, config: { flush: "ack", storage: "disk" } } as unknown as LocalPartition;
    };
    groupCommit.written(partitionOf("gone", true));
    groupCommit.written(partitionOf("kept", false));
    const ports = { clock, logger } as unknown as BrokerPorts;
    const maintenance = new Maintenance({ groupCommit, all: () => [] } as unknown as Replicas, ports);
    maintenance.start({ retentionCheckMs: 1e9, checkpointMs: 1_000 });
    await clock.advance(1_000);
    await maintenance.stop();
    expect([errors, saved, groupCommit.unsaved.size]).toEqual([[], ["kept"], 0]);
  });
});
