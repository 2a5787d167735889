import { beforeEach, describe, expect, it } from "@jest/globals";
import { createLoopback, type PartitionState } from "@millrace/contracts";
import { createPartitionLog } from "@millrace/log-engine";
import { leaderEpoch, producerEpoch, producerId, resolveTopicConfig, timestampMs, type TopicId } from "@millrace/model";
import { createSimulatedStorage, referenceCrc32c as crc32c, settle } from "@millrace/testkit";
import { NO_REPLICATION, onlyReplica } from "../../test/only-replica.ts";
import { VERIFY_ATTEMPTS_MAX } from "../limits.ts";
import { GroupCommit } from "../partitions/group-commit.ts";
import { LocalPartition } from "../partitions/local-partition.ts";
import { TransactionVerifier } from "./transaction-verifier.ts";

const OWNER = { transactionalId: "t", producerId: producerId(7), producerEpoch: producerEpoch(0) };

let partition: LocalPartition;
/** Answers of the coordinator that are on their way, oldest first. */
let asked: ((transactionNumber: number) => void)[];
let verifier: TransactionVerifier;

beforeEach(async () => {
  const config = resolveTopicConfig({});
  const storage = createSimulatedStorage({ seed: 1 });
  const identity = { topicId: "0".repeat(32) as TopicId, topic: "out", partition: 0 };
  const log = await createPartitionLog(identity, config, { storage, crc32c });
  partition = new LocalPartition(
    { topic: "out", partition: 0, log, config },
    {
      groupCommit: new GroupCommit(setImmediate),
      monotonicMs: () => 0,
      observer: { flushed: () => undefined, failed: () => undefined },
      requireRoom: () => undefined,
      replication: NO_REPLICATION,
    },
  );
  await partition.lead(onlyReplica(leaderEpoch(1)));
  asked = [];
  const coordinators = {
    partitionOf: () => 0,
    verify: () => new Promise<number>((resolve) => void asked.push(resolve)),
  };
  const view = { partition: () => ({ leader: 1 }) as PartitionState, brokerAddress: () => undefined };
  verifier = new TransactionVerifier({ brokerId: 1, view, coordinators }, { transport: createLoopback() });
});

/** How the verification of an append ends while this happens before the coordinator's answer, each time that it is asked. */
async function verifiedWhile(happens: (attempt: number) => Promise<void> | void): Promise<string> {
  const ended = verifier.verify({ ...OWNER, partition })?.then(
    () => "verified",
    (error: unknown) => (error as { code: string }).code,
  );
  for (let attempt = 1; asked.length > 0; attempt++) {
    await happens(attempt);
    asked.shift()?.(1);
    await settle();
  }
  return (await ended) ?? "not asked";
}

function endTransaction(): Promise<void> {
  const marker = { producerId: OWNER.producerId, producerEpoch: OWNER.producerEpoch, coordinatorEpoch: 1, outcome: "abort" as const };
  return partition.appendMarker({ ...marker, transactionNumber: 1 }, timestampMs(1)).stored;
}

describe("TransactionVerifier", () => {
  it("lets an append through whose transaction is open", async () => {
    expect(await verifiedWhile(() => undefined)).toBe("verified");
  });

  it("refuses one whose transaction ended between the question and the answer", async () => {
    expect(await verifiedWhile(() => endTransaction())).toBe("transaction-ended-meanwhile");
  });

  it("asks again when the partition was led anew meanwhile: the transaction goes on", async () => {
    expect(await verifiedWhile((attempt) => (attempt === 1 ? partition.lead(onlyReplica(leaderEpoch(2))) : undefined))).toBe("verified");
  });

  it("has the producer come again when that does not end", async () => {
    let epoch = 1;
    expect(await verifiedWhile(() => partition.lead(onlyReplica(leaderEpoch(++epoch))))).toBe("partition-opening");
    expect(epoch).toBe(1 + VERIFY_ATTEMPTS_MAX);
  });
});
