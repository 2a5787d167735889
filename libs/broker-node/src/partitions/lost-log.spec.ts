import { expect, it } from "@jest/globals";
import { createPartitionLog } from "@millrace/log-engine";
import { AppError, leaderEpoch, resolveTopicConfig, type TopicId } from "@millrace/model";
import { createSimulatedStorage, ManualClock, referenceCrc32c as crc32c } from "@millrace/testkit";
import { NO_REPLICATION, onlyReplica } from "../../test/only-replica.ts";
import { GroupCommit } from "./group-commit.ts";
import { LocalPartition } from "./local-partition.ts";

it("LocalPartition.lead refuses a log that a broken cut has closed, with what broke it: it is to be opened again", async () => {
  const config = resolveTopicConfig({});
  const identity = { topicId: "0".repeat(32) as TopicId, topic: "t", partition: 0 };
  const log = await createPartitionLog(identity, config, { storage: createSimulatedStorage({ seed: 1 }), crc32c });
  const observer = { flushed: () => undefined, failed: () => undefined };
  const clock = new ManualClock();
  const ports = { groupCommit: new GroupCommit(setImmediate), monotonicMs: () => clock.monotonicMs(), observer };
  const partition = new LocalPartition(
    { topic: "t", partition: 0, log, config },
    { ...ports, requireRoom: () => undefined, replication: NO_REPLICATION },
  );
  partition.follow(leaderEpoch(1), () => undefined);
  const noRoom = new AppError({ kind: "exhausted", code: "disk-full", message: "no space left" });
  let led: Promise<void> = Promise.resolve();
  const cut = partition.replicate(leaderEpoch(1), async () => {
    led = partition.lead(onlyReplica(leaderEpoch(2))); // leadership comes in the middle of it
    led.catch(() => undefined);
    await log.release();
    throw noRoom;
  });
  await expect(cut).rejects.toBe(noRoom);
  await expect(led).rejects.toBe(noRoom);
  expect(partition.leaderEpoch).toBeUndefined();
});
