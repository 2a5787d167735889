import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { bindService, BrokerService, type BoundService, ConsumerGroupService, createLoopback, type RpcServer } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { ManualClock, referenceCrc32c as crc32c, SeededRandom, settle } from "@millrace/testkit";
import type { Client, Consumer } from "../api.ts";
import { createClient } from "../create-client.ts";

const HEARTBEAT_MS = 1_000;
const unused = (): Promise<never> => Promise.reject(new Error("not part of this spec"));

/** A group of one: the member gets the one partition, and a new epoch each time that it joins. */
class OneGroup {
  /** Member epochs that offsets came with. */
  readonly commits: number[] = [];
  /** The member is thrown out at its next heartbeat. */
  throwsOut = false;
  #epoch = 0;

  services(): BoundService[] {
    const group = bindService(ConsumerGroupService, {
      findGroupCoordinator: () => Promise.resolve({ address: "broker:1" }),
      groupHeartbeat: ({ memberEpoch }) => {
        if (this.throwsOut && memberEpoch > 0) {
          this.throwsOut = false;
          return Promise.reject(new AppError({ kind: "fenced", code: "unknown-member-id", message: "session is over" }));
        }
        const answer = { memberEpoch: this.#epoch, heartbeatIntervalMs: HEARTBEAT_MS };
        if (memberEpoch > 0) return Promise.resolve(answer);
        return Promise.resolve({ ...answer, memberEpoch: ++this.#epoch, assignment: { topics: [{ topic: "t", partitions: [0] }] } });
      },
      commitOffsets: ({ memberEpoch }) => {
        this.commits.push(memberEpoch ?? -1);
        return Promise.resolve({ results: [] });
      },
      commitTransactionalOffsets: unused,
      fetchOffsets: () => Promise.resolve({ offsets: [{ topic: "t", partition: 0, offset: 5n }] }),
      listGroups: unused,
      describeGroups: unused,
      deleteGroups: unused,
      deleteOffsets: unused,
    });
    return [group, idleBroker()];
  }
}

function idleBroker(): BoundService {
  return bindService(BrokerService, {
    produce: unused,
    fetch: unused,
    listOffsets: unused,
    deleteRecords: unused,
    holdRecords: unused,
    produceStream: async function* () {
      yield await unused();
    },
    getMetadata: () =>
      Promise.resolve({
        brokers: [{ brokerId: 1, address: "broker:1" }],
        topics: [{ name: "t", topicId: "1", partitions: [{ partition: 0, leader: 1, replicas: [1], inSyncSet: [1] }] }],
      }),
    fetchStream: async function* () {
      yield await new Promise<never>(() => undefined);
    },
  });
}

describe("GroupSubscription.commit", () => {
  let clock: ManualClock;
  let client: Client;
  let server: RpcServer;
  let group: OneGroup;
  let consumer: Consumer;

  beforeEach(async () => {
    clock = new ManualClock();
    group = new OneGroup();
    const loopback = createLoopback();
    server = await loopback.listen("broker:1", group.services());
    client = createClient({ bootstrap: ["broker:1"] }, { transport: loopback, clock, random: new SeededRandom(1), crc32c });
    consumer = client.consumer({ groupId: "g", autoCommit: false, offsetReset: "earliest" });
    const joined = consumer.subscribe({ topics: ["t"] });
    await pass();
    await joined;
    await polled();
  });

  afterEach(async () => {
    await client.close();
    await server.stop({ deadlineMs: 0 });
  });

  it("stores offsets under the epoch of the membership in which they were read", async () => {
    await consumer.commit([{ topic: "t", partition: 0, offset: 7 }]);
    expect(group.commits).toEqual([1]);
  });

  it("refuses what was read before the group went on without the member, although it is a member again", async () => {
    group.throwsOut = true;
    for (let beats = 0; beats < 3; beats++) await pass();
    await expect(consumer.commit([{ topic: "t", partition: 0, offset: 7 }])).rejects.toMatchObject({
      code: "commit-of-lost-partitions",
    });
    expect(group.commits).toEqual([]);
    await polled();
    await consumer.commit([{ topic: "t", partition: 0, offset: 9 }]);
    expect(group.commits).toEqual([2]);
  });

  async function pass(): Promise<void> {
    await clock.advance(HEARTBEAT_MS);
    await settle();
  }

  async function polled(): Promise<void> {
    const poll = consumer.poll({ timeoutMs: 10 });
    await pass();
    await poll;
    await pass();
  }
});
