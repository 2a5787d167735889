import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { type GetMetadataResponse, GetMetadataResponseSchema, type RpcTransport } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { ManualClock, SeededRandom } from "@millrace/testkit";
import { Metadata } from "./metadata.ts";

const ID = "a".repeat(32);

describe("Metadata", () => {
  let answers: GetMetadataResponse[];
  let metadata: Metadata;

  beforeEach(() => {
    answers = [];
    const transport = { client: () => ({ getMetadata: () => Promise.resolve(answers.shift()) }) } as unknown as RpcTransport;
    const ports = { transport, clock: new ManualClock(), random: new SeededRandom(1) } as unknown as ConstructorParameters<
      typeof Metadata
    >[1];
    metadata = new Metadata({ bootstrap: ["any:1"], requestTimeoutMs: 1_000, retryForMs: 1_000 }, ports);
  });

  async function leaderAfter(...told: { leader: number; epoch: number; topicId?: string }[]): Promise<string | undefined> {
    for (const { leader, epoch, topicId = ID } of told) {
      const partitions = [{ partition: 0, leader, leaderEpoch: epoch, replicas: [1, 2] }];
      const brokers = [1, 2].map((brokerId) => ({ brokerId, address: `broker-${brokerId}:9190` }));
      answers.push(create(GetMetadataResponseSchema, { brokers, topics: [{ name: "t", topicId, partitions }] }));
      await metadata.topic("t", { fresh: true });
    }
    return metadata.leaderAddress("t", 0);
  }

  it("follows a leader of a newer epoch, and of the same one", async () => {
    expect(await leaderAfter({ leader: 1, epoch: 3 }, { leader: 2, epoch: 4 })).toBe("broker-2:9190");
    expect(await leaderAfter({ leader: 1, epoch: 4 })).toBe("broker-1:9190");
  });

  it("does not go back to a leader of an older epoch, which a broker that was cut off believes in (KIP-320)", async () => {
    expect(await leaderAfter({ leader: 2, epoch: 4 }, { leader: 1, epoch: 3 })).toBe("broker-2:9190");
  });

  it("begins anew with a topic that was made again under its name", async () => {
    expect(await leaderAfter({ leader: 2, epoch: 4 }, { leader: 1, epoch: 0, topicId: "b".repeat(32) })).toBe("broker-1:9190");
  });

  it.each([
    [["no-coordinator", "unreachable"], "no-coordinator"],
    [["unreachable", "no-coordinator"], "no-coordinator"],
    [["unreachable", "deadline-exceeded"], "no-broker-reachable"],
  ])("tells, when brokers say %j, what one that is there says", async (codes, expected) => {
    const ports = { clock: new ManualClock(), random: new SeededRandom(1) } as unknown as ConstructorParameters<typeof Metadata>[1];
    const several = new Metadata({ bootstrap: ["a:1", "b:1"], requestTimeoutMs: 1_000, retryForMs: 1_000 }, ports);
    const left = [...codes];
    const call = several.anyBroker(() => {
      return Promise.reject(new AppError({ kind: "unavailable", code: left.shift() ?? "", message: "as it is" }));
    });
    await expect(call).rejects.toMatchObject({ code: expected });
  });
});
