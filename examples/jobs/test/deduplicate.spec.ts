import { expect, it } from "@jest/globals";
import { hours, minutes } from "@millrace/streams";
import { testJob } from "@millrace/streams/testing";
import deduplicate from "../deduplicate.ts";

it("passes on the first event of each id, over batches", async () => {
  const test = testJob(deduplicate);
  await test.send("events", { id: "a", at: 0 }, { id: "a", at: 0 }, { id: "b", at: 1 }).batch();
  await test.send("events", { id: "a", at: minutes(30) }).batch();
  const passed = test.takeValues("events-once");
  expect(passed).toHaveLength(2);
  expect(passed).toEqual(
    expect.arrayContaining([
      { id: "a", at: 0 },
      { id: "b", at: 1 },
    ]),
  );
});

it("writes what comes behind the watermark to a topic of its own", async () => {
  const test = testJob(deduplicate);
  await test.send("events", { id: "a", at: hours(5) }).batch();
  await test.batch(); // the watermark is at four hours
  await test.send("events", { id: "b", at: hours(3) }).batch();
  expect(test.takeValues("events-once")).toEqual([{ id: "a", at: hours(5) }]);
  expect(test.takeValues("events-late")).toEqual([{ id: "b", at: hours(3) }]);
});
