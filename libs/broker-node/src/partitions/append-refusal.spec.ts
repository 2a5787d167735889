import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import { type CoordinatorTrouble, coordinatorTroubleOf } from "./append-refusal.ts";

const CASES: readonly (readonly [AppError, CoordinatorTrouble])[] = [
  [brokerErrors.notLeader({}), "moved"],
  [brokerErrors.stopping(), "moved"],
  [brokerErrors.partitionFailed({}, undefined), "moved"],
  [brokerErrors.notEnoughReplicas({}), "not-available"],
  [new AppError({ kind: "exhausted", code: "disk-full", message: "no room" }), "not-available"],
  [new AppError({ kind: "invalid", code: "record-too-large", message: "too large" }), undefined],
  [new AppError({ kind: "corrupt", code: "log-corrupt", message: "damaged" }), undefined],
];

describe("coordinatorTroubleOf", () => {
  it.each(CASES)("tells what %s of the log means to a coordinator's client", (error, trouble) => {
    expect(coordinatorTroubleOf(error)).toBe(trouble);
  });
});
