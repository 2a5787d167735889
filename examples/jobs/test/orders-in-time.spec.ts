import { expect, it } from "@jest/globals";
import { minutes } from "@millrace/streams";
import { testJob } from "@millrace/streams/testing";
import ordersInTime from "../orders-in-time.ts";

const at = (order: string, minute: number, amount: number) => ({ order, at: minute * minutes(1), amount });

it("pairs an order with its payment up to ten minutes later", async () => {
  const test = testJob(ordersInTime);
  await test.send("orders", at("a", 0, 10)).batch();
  await test.send("payments", at("a", 10, 10)).batch();
  expect(test.takeValues("settled")).toEqual([{ order: "a", amount: 10, paidAfter: minutes(10) }]);
});

it("writes an order as unpaid once no payment can come in time", async () => {
  const test = testJob(ordersInTime);
  await test.send("orders", at("late", 0, 10), at("short", 0, 20)).batch();
  await test.send("payments", at("short", 1, 19), at("late", 11, 10)).batch();
  expect(test.takeValues("settled")).toEqual([]);
  await test.end();
  expect(test.takeValues("settled")).toEqual(
    expect.arrayContaining([
      { order: "late", amount: 10 },
      { order: "short", amount: 20 },
    ]),
  );
});
