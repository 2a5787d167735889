import { expect, it } from "@jest/globals";
import { days, hours, minutes } from "@millrace/streams";
import { testJob } from "@millrace/streams/testing";
import airportDelays, { type AirportDelays } from "../airport-delays.ts";

const START = Date.parse("2026-03-01T00:00:00Z");
const flights = (origin: string, count: number, delay: number, hour = 10) =>
  Array.from({ length: count }, () => ({ date: START + hours(hour) + minutes(5), delay, origin }));

async function run(...given: readonly (readonly object[])[]): Promise<readonly AirportDelays[]> {
  const test = testJob(airportDelays, { partitions: 3 });
  await test.send("flights", ...given.flat()).end();
  return test.takeValues("airport-delays") as readonly AirportDelays[];
}

it("means the delays of each airport and hour; more than 15 minutes are late", async () => {
  const results = await run(flights("AAA", 3, 15), flights("AAA", 1, 16));
  const start = START + hours(10);
  expect(results.filter(({ kind }) => kind === "hour")).toEqual([
    { kind: "hour", airport: "AAA", start, end: start + hours(1), flights: 4, meanDelay: 15.25, lateShare: 0.25 },
  ]);
});

it("counts a flight in each of the 24 windows of 24 hours that it is in", async () => {
  const results = await run(flights("AAA", 1, 0), flights("AAA", 1, 30, 12));
  const windows = results.flatMap((result) => (result.kind === "last-24-hours" ? [[(result.end - START) / hours(1), result.flights]] : []));
  expect(windows.toSorted(([left = 0], [right = 0]) => left - right)).toEqual([
    ...[11, 12].map((end) => [end, 1]),
    ...Array.from({ length: 22 }, (_, index) => [13 + index, 2]),
    ...[35, 36].map((end) => [end, 1]),
  ]);
});

it("ranks the day's airports of 50 flights and more, the latest first", async () => {
  const results = await run(flights("AAA", 50, 5), flights("BBB", 51, 50), flights("CCC", 49, 500));
  expect(results.filter(({ kind }) => kind === "top-ten")).toEqual([
    {
      kind: "top-ten",
      day: "2026-03-01",
      start: START,
      end: START + days(1),
      airports: [
        { airport: "BBB", flights: 51, meanDelay: 50 },
        { airport: "AAA", flights: 50, meanDelay: 5 },
      ],
    },
  ]);
});
