import { expect, it } from "@jest/globals";
import { testJob } from "@millrace/streams/testing";
import customerTable from "../customer-table.ts";

const change = (customer: string, at: number, country: string | null) => ({ customer, at, data: country === null ? null : { country } });
const order = (id: string, customer: string, at: number) => ({ order: id, customer, at });

it("joins each order with the customer of its time, whichever came first", async () => {
  const test = testJob(customerTable);
  await test.send("customer-orders", order("o1", "c1", 15), order("o2", "c1", 25), order("o3", "c1", 5), order("o4", "c1", 35)).batch();
  await test.send("customers", change("c1", 10, "CH"), change("c1", 20, "FR"), change("c1", 30, null)).end();
  const rows = test.takeValues("orders-with-customer");
  expect(rows).toHaveLength(4);
  expect(rows).toEqual(
    expect.arrayContaining([
      { order: "o3", customer: "c1", country: null },
      { order: "o1", customer: "c1", country: "CH" },
      { order: "o2", customer: "c1", country: "FR" },
      { order: "o4", customer: "c1", country: null },
    ]),
  );
});

it("waits with an order until the table's watermark has reached it", async () => {
  const test = testJob(customerTable);
  await test
    .send("customers", change("c1", 10, "CH"))
    .send("customer-orders", order("o1", "c1", 15), order("z", "c2", 50))
    .batch();
  await test.batch();
  expect(test.takeValues("orders-with-customer")).toEqual([]);
  await test.send("customers", change("c1", 20, "FR")).batch();
  await test.batch();
  expect(test.takeValues("orders-with-customer")).toEqual([{ order: "o1", customer: "c1", country: "CH" }]);
});
