import { expect, it } from "@jest/globals";
import type { JobGraph, OperatorNode } from "@millrace/model";
import { runsBeforePlan } from "./runs-before-plan.ts";

const graphOf = (...kinds: OperatorNode["kind"][]): Pick<JobGraph, "operators"> => ({
  operators: kinds.map((kind) => ({ kind }) as OperatorNode),
});

it.each<[readonly OperatorNode["kind"][], boolean]>([
  [["source", "map", "sink"], true],
  [["source", "sink", "foreachBatch"], false],
  [["source", "print"], false],
])("of a job with %j: %s", (kinds, expected) => {
  expect(runsBeforePlan(graphOf(...kinds))).toBe(expected);
});
