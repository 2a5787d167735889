import { expect, it } from "@jest/globals";
import { testJob } from "@millrace/streams/testing";
import ratings from "../ratings.ts";

const order = (number: string, customer: string, amount: number) => ({ order: number, customer, amount });

it("keeps the order of orders, and grants what the rating allows", async () => {
  const test = testJob(ratings);
  await test.send("credit-orders", order("o1", "ada", 300), order("o2", "bo", 201), order("o3", "ada", 301)).batch();
  expect(test.takeValues("rated-orders")).toEqual([
    { order: "o1", granted: true },
    { order: "o2", granted: false },
    { order: "o3", granted: false },
  ]);
});

it("rates with 0 whom the service does not know", async () => {
  const test = testJob(ratings);
  await test.send("credit-orders", order("o1", "nobody", 1)).batch();
  expect(test.takeValues("rated-orders")).toEqual([{ order: "o1", granted: false }]);
});
