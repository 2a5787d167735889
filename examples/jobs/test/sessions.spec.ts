import { expect, it } from "@jest/globals";
import { minutes } from "@millrace/streams";
import { testJob } from "@millrace/streams/testing";
import sessions from "../sessions.ts";

const click = (visitor: string, minute: number, page: string) => ({ visitor, at: minute * minutes(1), page });

it("joins clicks that are half an hour apart at most, whatever their order", async () => {
  const test = testJob(sessions);
  await test.send("clicks", click("ann", 40, "/"), click("ann", 0, "/"), click("ann", 20, "/shop"), click("ann", 71, "/")).end();
  expect(test.takeValues("visits")).toEqual([
    { visitor: "ann", from: 0, until: minutes(40), clicks: 3, pages: ["/", "/shop"] },
    { visitor: "ann", from: minutes(71), until: minutes(71), clicks: 1, pages: ["/"] },
  ]);
});

it("writes a visit when the watermark has passed its end, and not before", async () => {
  const test = testJob(sessions);
  await test.send("clicks", click("ann", 0, "/"), click("bob", 30, "/")).batch();
  await test.batch();
  expect(test.takeValues("visits")).toEqual([]); // the watermark stands at 29 minutes
  await test.send("clicks", click("bob", 31, "/")).batch();
  await test.batch();
  expect(test.takeValues("visits")).toEqual([{ visitor: "ann", from: 0, until: 0, clicks: 1, pages: ["/"] }]);
});
