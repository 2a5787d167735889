import { expect, it } from "@jest/globals";
import { testJob } from "@millrace/streams/testing";
import enrichment from "../enrichment.ts";

const reader = (id: string, name: string, country: string) => ({ reader: id, data: { name, country } });

it("adds the reader as known in the same batch, and the country's name", async () => {
  const test = testJob(enrichment);
  await test
    .send("readers", reader("r1", "Ada", "CH"), reader("r2", "Bo", "XX"))
    .send("reads", { reader: "r1", page: "/a" }, { reader: "r2", page: "/b" })
    .batch();
  expect(test.takeValues("reads-enriched")).toEqual(
    expect.arrayContaining([
      { reader: "r1", page: "/a", name: "Ada", country: "Switzerland" },
      { reader: "r2", page: "/b", name: "Bo", country: "unknown" },
    ]),
  );
});

it("follows changes of the table", async () => {
  const test = testJob(enrichment);
  await test.send("readers", reader("r1", "Ada", "CH")).batch();
  await test
    .send("readers", reader("r1", "Ada", "FR"))
    .send("reads", { reader: "r1", page: "/a" })
    .batch();
  expect(test.takeValues("reads-enriched")).toEqual([{ reader: "r1", page: "/a", name: "Ada", country: "France" }]);
});

it("puts aside what was read by nobody known", async () => {
  const test = testJob(enrichment);
  await test
    .send("readers", reader("r1", "Ada", "CH"), { reader: "r1", data: null })
    .send("reads", { reader: "r1", page: "/a" })
    .batch();
  expect(test.takeValues("reads-enriched")).toEqual([]);
  expect(test.takeValues("reads-unknown")).toEqual([{ reader: "r1", page: "/a" }]);
});
