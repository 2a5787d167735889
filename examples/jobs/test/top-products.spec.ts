import { expect, it } from "@jest/globals";
import { hours } from "@millrace/streams";
import { testJob } from "@millrace/streams/testing";
import topProducts from "../top-products.ts";

const sale = (product: string, hour: number, pieces: number) => ({ product, at: hour * hours(1), pieces });

it("writes the three best of each hour when the hour is over, equal ones by name", async () => {
  const test = testJob(topProducts);
  await test.send("sales", sale("tea", 0, 3), sale("milk", 0, 9), sale("rice", 0, 3), sale("salt", 0, 1), sale("tea", 1, 2)).batch();
  expect(test.takeValues("best-of-hour")).toEqual([]);
  await test.end();
  const hoursOver = test.takeValues("best-of-hour");
  expect(hoursOver).toHaveLength(2); // in any order
  expect(hoursOver).toContainEqual({
    hour: 0,
    best: [
      { product: "milk", pieces: 9 },
      { product: "rice", pieces: 3 },
      { product: "tea", pieces: 3 },
    ],
  });
  expect(hoursOver).toContainEqual({ hour: hours(1), best: [{ product: "tea", pieces: 2 }] });
});

it("writes the table of all time anew when it changes, and only then", async () => {
  const test = testJob(topProducts);
  await test.send("sales", sale("tea", 0, 3)).batch();
  await test.send("sales", sale("milk", 1, 4)).batch();
  await test.batch();
  expect(test.takeValues("best-ever")).toEqual([
    { product: "tea", pieces: 3 },
    { product: "milk", pieces: 4 },
    { product: "tea", pieces: 3 },
  ]);
});
