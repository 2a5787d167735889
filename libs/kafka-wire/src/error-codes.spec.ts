import { describe, expect, it } from "@jest/globals";
import { errorName, isRetriableCode, KafkaErrorCode } from "./error-codes.ts";

describe("errorName", () => {
  it.each([
    [KafkaErrorCode.none, "NONE"],
    [KafkaErrorCode.unknownServerError, "UNKNOWN_SERVER_ERROR"],
    [KafkaErrorCode.notLeaderOrFollower, "NOT_LEADER_OR_FOLLOWER"],
    [KafkaErrorCode.invalidTxnState, "INVALID_TXN_STATE"],
    [9_999, "UNKNOWN_9999"],
  ])("gives Kafka's name of %i", (code, name) => {
    expect(errorName(code)).toBe(name);
  });
});

describe("isRetriableCode", () => {
  it("is true for what moves or loads, false for what must change", () => {
    const { notCoordinator, unknownTopicId, unstableOffsetCommit, unknownMemberId, concurrentTransactions, none } = KafkaErrorCode;
    expect([notCoordinator, unknownTopicId, unstableOffsetCommit].every((code) => isRetriableCode(code))).toBe(true);
    expect([unknownMemberId, concurrentTransactions, none].some((code) => isRetriableCode(code))).toBe(false);
  });
});

describe("KafkaErrorCode", () => {
  it("has each number once", () => {
    const codes = Object.values(KafkaErrorCode);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
