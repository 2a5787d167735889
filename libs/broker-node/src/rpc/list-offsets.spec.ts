import { create } from "@bufbuild/protobuf";
import { expect, it } from "@jest/globals";
import { ListOffsetsRequestSchema } from "@millrace/contracts";
import { listOffsets } from "./list-offsets.ts";
import type { RpcContext } from "./rpc-context.ts";

const LATEST = -1n;
const EARLIEST = -2n;

function ask(timestampMs: bigint, of: { replicas: number[]; isSessionCurrent: boolean }): string | bigint | undefined {
  const log = { offsetForTime: () => ({ offset: 5, timestamp: -1, leaderEpoch: 1 }) };
  const context = {
    replicas: { requireLeader: () => ({ log, leaderEpoch: 1, isHighWatermarkKnown: true }) },
    view: { partition: () => ({ replicas: of.replicas }) },
    isSessionCurrent: () => of.isSessionCurrent,
  } as unknown as RpcContext;
  const request = create(ListOffsetsRequestSchema, { queries: [{ topic: "t", partition: 0, timestampMs }] });
  const [answer] = listOffsets(request, context).answers;
  return answer?.error?.code ?? answer?.offset;
}

it("a leader that no coordinator answers does not say where a partition ends: another one may lead, and have more (P5)", () => {
  expect(ask(LATEST, { replicas: [1, 2, 3], isSessionCurrent: false })).toBe("offset-not-available");
  expect(ask(LATEST, { replicas: [1, 2, 3], isSessionCurrent: true })).toBe(5n);
});

it("it does say so where nobody else could lead, and where a partition begins", () => {
  expect(ask(LATEST, { replicas: [1], isSessionCurrent: false })).toBe(5n);
  expect(ask(EARLIEST, { replicas: [1, 2, 3], isSessionCurrent: false })).toBe(5n);
});
