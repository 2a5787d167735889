import { beforeEach, expect, it } from "@jest/globals";
import { createPartitionLog, type PartitionLog } from "@millrace/log-engine";
import {
  brokerEpoch,
  brokerId,
  leaderEpoch,
  type Offset,
  partitionEpoch,
  resolveTopicConfig,
  timestampMs,
  type TopicId,
} from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import type { PartitionAssignment } from "@millrace/replication";
import { createSimulatedStorage, ManualClock, referenceCrc32c as crc32c, settle } from "@millrace/testkit";
import { NO_REPLICATION, onlyReplica } from "../../test/only-replica.ts";
import { GroupCommit } from "./group-commit.ts";
import { LocalPartition } from "./local-partition.ts";

const [SELF, OTHER] = [brokerId(1), brokerId(2)];

let log: PartitionLog;
let partition: LocalPartition;
let begun: number;

/** The next leader of a partition that has a record of the leader before. */
beforeEach(async () => {
  const clock = new ManualClock();
  const config = resolveTopicConfig({});
  const storage = createSimulatedStorage({ seed: 1 });
  log = await createPartitionLog({ topicId: "0".repeat(32) as TopicId, topic: "__transaction_state", partition: 0 }, config, {
    storage,
    crc32c,
  });
  await log.startLeaderEpoch(leaderEpoch(1));
  const builder = new BatchBuilder({ crc32c });
  builder.append(timestampMs(1_000), new Uint8Array(1), new Uint8Array(1));
  log.stage(builder.build(), { leaderEpoch: leaderEpoch(1), now: timestampMs(1_000) });
  log.writeStaged();
  await log.sync();
  const observer = { flushed: () => undefined, failed: () => undefined };
  partition = new LocalPartition(
    { topic: "__transaction_state", partition: 0, log, config },
    {
      groupCommit: new GroupCommit(setImmediate),
      monotonicMs: () => clock.monotonicMs(),
      observer,
      requireRoom: () => undefined,
      replication: NO_REPLICATION,
    },
  );
  begun = 0;
});

const begin = (epoch: number) => partition.whenCommitted(leaderEpoch(epoch), () => begun++);

function inSync(epoch: number): PartitionAssignment {
  const replicas = [SELF, OTHER];
  return { replicas, leader: SELF, leaderEpoch: leaderEpoch(epoch), partitionEpoch: partitionEpoch(0), inSyncSet: replicas };
}

it("with one replica it is at once", async () => {
  await partition.lead(onlyReplica(leaderEpoch(2)));
  begin(2);
  expect(begun).toBe(1);
});

it("with two it is when the other has what the leader before wrote", async () => {
  await partition.lead(inSync(2));
  begin(2);
  await settle();
  expect([begun, log.highWatermark]).toEqual([0, 0]);
  partition.fetched({ follower: OTHER, brokerEpoch: brokerEpoch(1), endOffset: 0 as Offset });
  expect(begun).toBe(0);
  partition.fetched({ follower: OTHER, brokerEpoch: brokerEpoch(1), endOffset: 1 as Offset });
  expect(begun).toBe(1);
});

it("never in an epoch that is over", async () => {
  await partition.lead(inSync(2));
  begin(2);
  partition.resign();
  await partition.lead(inSync(3));
  partition.fetched({ follower: OTHER, brokerEpoch: brokerEpoch(1), endOffset: 1 as Offset });
  expect(begun).toBe(0);
});
