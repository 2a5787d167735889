import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { KafkaError, kafkaCodeOf } from "./error-codes.ts";

describe("kafkaCodeOf", () => {
  it.each([
    ["replication-unsupported", KafkaError.INVALID_REPLICATION_FACTOR],
    ["not-enough-brokers", KafkaError.INVALID_REPLICATION_FACTOR],
    ["code-of-no-table", KafkaError.INVALID_REQUEST],
  ])("gives clients the code they know for %s", (code, expected) => {
    expect(kafkaCodeOf(new AppError({ kind: "invalid", code, message: "no" }))).toBe(expected);
  });
});
