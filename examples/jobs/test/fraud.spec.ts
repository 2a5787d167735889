import { expect, it } from "@jest/globals";
import { testJob } from "@millrace/streams/testing";
import fraud from "../fraud.ts";

const payment = (card: string, at: number, amount: number) => ({ card, at, amount });

it("raises an alarm for a large payment within a minute of a small one", async () => {
  const test = testJob(fraud);
  await test.send("card-payments", payment("1", 0, 0.5), payment("1", 60_000, 900), payment("2", 0, 900)).batch();
  expect(test.takeValues("alarms")).toEqual([{ card: "1", at: 60_000, amount: 900 }]);
});

it("remembers the small payment over batches", async () => {
  const test = testJob(fraud);
  await test.send("card-payments", payment("1", 1_000, 0.5)).batch();
  await test.send("card-payments", payment("1", 2_000, 500)).batch();
  expect(test.takeValues("alarms")).toEqual([{ card: "1", at: 2_000, amount: 500 }]);
});

it("raises none after more than a minute, nor for an amount below the limit", async () => {
  const test = testJob(fraud);
  await test.send("card-payments", payment("1", 0, 0.5), payment("1", 60_001, 900)).batch();
  await test.send("card-payments", payment("2", 0, 0.5), payment("2", 1_000, 499)).end();
  expect(test.takeValues("alarms")).toEqual([]);
});
