import { expect, it } from "@jest/globals";
import { settle } from "@millrace/testkit";
import { PlanGate } from "./plan-gate.ts";

it("holds a batch until its plan is stored, and not one whose plan was stored before anybody waited", async () => {
  const gate = new PlanGate();
  const events: string[] = [];
  void gate.until(3)?.then(() => events.push("3 goes on"));
  gate.recorded(2);
  await settle();
  expect(events).toEqual([]);
  gate.recorded(3);
  await settle();
  expect(events).toEqual(["3 goes on"]);
  gate.recorded(4);
  expect(gate.until(4)).toBeUndefined();
  expect(gate.until(5)).toBeDefined();
});
