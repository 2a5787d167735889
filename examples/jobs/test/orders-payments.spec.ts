import { expect, it } from "@jest/globals";
import { pair, seconds } from "@millrace/streams";
import { testJob } from "@millrace/streams/testing";
import ordersPayments from "../orders-payments.ts";

it("joins what is in the last ten seconds, once per batch", async () => {
  const test = testJob(ordersPayments);
  await test.send("orders", pair("a", 10), pair("b", 20)).batch();
  await test.send("payments", pair("a", 10), pair("b", 5)).advance(seconds(3));
  expect(test.take("paid")).toMatchObject([
    { key: "a", value: 10 },
    { key: "a", value: 10 },
    { key: "a", value: 10 },
  ]);
  await test.advance(seconds(20));
  expect(test.take("paid")).toHaveLength(6); // until the order has left its window, nine seconds after it came
});

it("says what an order lacks, and gives it up after a minute without a change", async () => {
  const test = testJob(ordersPayments);
  await test.send("orders", pair("b", 20)).batch();
  await test.send("payments", pair("b", 5)).batch();
  expect(test.takeValues("waiting")).toEqual([
    { waiting: 20, givenUp: false },
    { waiting: 15, givenUp: false },
  ]);
  await test.advance(seconds(59));
  expect(test.takeValues("waiting")).toEqual([]);
  await test.advance(seconds(120));
  expect(test.take("waiting")).toMatchObject([{ key: "b", value: { waiting: 15, givenUp: true } }]);
});

it("forgets an order that is paid", async () => {
  const test = testJob(ordersPayments);
  await test.send("orders", pair("a", 10)).send("payments", pair("a", 10)).batch();
  expect(test.takeValues("waiting")).toEqual([{ waiting: 0, givenUp: false }]);
  await test.advance(seconds(180));
  expect(test.takeValues("waiting")).toEqual([]);
});
