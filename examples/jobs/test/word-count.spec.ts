import { expect, it } from "@jest/globals";
import { testJob } from "@millrace/streams/testing";
import wordCount from "../word-count.ts";

it("writes the totals of the words that came, since the start", async () => {
  const test = testJob(wordCount);
  await test.send("lines", "To be, or not", "to be").batch();
  expect(
    test
      .take("counts")
      .map(({ key, value }) => `${String(key)} ${String(value)}`)
      .sort(),
  ).toEqual(["be 2", "not 1", "or 1", "to 2"]);
  await test.send("lines", "be").batch();
  expect(test.take("counts")).toMatchObject([{ key: "be", value: 3 }]);
});

it.each([2, 7])("gives the same from %d partitions", async (partitions) => {
  const test = testJob(wordCount, { partitions });
  await test.send("lines", ..."a b a c a b a".split(" ")).batch();
  expect(
    test
      .take("counts")
      .map(({ key, value }) => `${String(key)} ${String(value)}`)
      .sort(),
  ).toEqual(["a 4", "b 2", "c 1"]);
});
