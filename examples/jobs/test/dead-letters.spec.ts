import { expect, it } from "@jest/globals";
import { testJob } from "@millrace/streams/testing";
import deadLetters from "../dead-letters.ts";

// What the schema refuses never reaches the job's functions, which is all that runs here: `npm run e2e -- examples` sees bad records go to their topic.
it("turns what the schema lets through into Fahrenheit", async () => {
  const test = testJob(deadLetters);
  await test.send("readings", { sensor: "a", celsius: 20 }, { sensor: "b", celsius: -40 }).batch();
  expect(test.takeValues("readings-in-fahrenheit")).toEqual([
    { sensor: "a", fahrenheit: 68 },
    { sensor: "b", fahrenheit: -40 },
  ]);
});
