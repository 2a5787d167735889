import type { ExampleCase } from "./example-case.ts";

/** A time of the first of March 2026, as text and in milliseconds. */
const at = (clock: string): string => `2026-03-01T${clock}Z`;
const ms = (clock: string): number => Date.parse(at(clock));

const HOUR_MS = 3_600_000;

const flight = (origin: string, clock: string, delay: number) => ({ date: at(clock), delay, distance: 500, origin, destination: "ZZZ" });

interface Delays {
  readonly flights: number;
  readonly meanDelay: number;
  readonly lateShare: number;
}

/** A record of one airport and hour. */
function hourOf(airport: string, clock: string, delays: Delays): unknown {
  return [airport, { kind: "hour", airport, start: ms(clock), end: ms(clock) + HOUR_MS, ...delays }];
}

/** Records of an airport's days that end at so many hours after midnight, and the hours after. */
function last24Hours(airport: string, ends: { readonly first: number; readonly count: number }, delays: Delays): readonly unknown[] {
  return Array.from({ length: ends.count }, (_, index) => {
    const end = ms("00:00:00") + (ends.first + index) * HOUR_MS;
    return [airport, { kind: "last-24-hours", airport, start: end - 24 * HOUR_MS, end, ...delays }];
  });
}

/** Each example with a small input, worked out by hand. */
export const exampleCases: readonly ExampleCase[] = [
  {
    file: "word-count.ts",
    input: { lines: ["to be or not", "to be"] },
    output: {
      counts: [
        ["to", 2],
        ["be", 2],
        ["or", 1],
        ["not", 1],
      ],
    },
  },
  {
    file: "dead-letters.ts",
    input: { readings: [{ sensor: "a", celsius: 20 }, "not JSON", { sensor: "b", celsius: "warm" }, { sensor: "b", celsius: -40 }] },
    output: {
      "readings-in-fahrenheit": [
        { sensor: "a", fahrenheit: 68 },
        { sensor: "b", fahrenheit: -40 },
      ],
      "bad-readings": ["not JSON", { sensor: "b", celsius: "warm" }],
    },
  },
  {
    file: "sessions.ts",
    input: {
      clicks: [
        { visitor: "ann", at: at("10:00:00"), page: "/" },
        { visitor: "bob", at: at("10:05:00"), page: "/help" },
        { visitor: "ann", at: at("10:20:00"), page: "/shop" },
        { visitor: "ann", at: at("10:50:00"), page: "/" },
        { visitor: "ann", at: at("11:30:00"), page: "/" },
        { visitor: "eve", at: at("14:00:00"), page: "/" },
      ],
    },
    output: {
      visits: [
        { visitor: "bob", from: ms("10:05:00"), until: ms("10:05:00"), clicks: 1, pages: ["/help"] },
        { visitor: "ann", from: ms("10:00:00"), until: ms("10:50:00"), clicks: 3, pages: ["/", "/shop"] },
        { visitor: "ann", from: ms("11:30:00"), until: ms("11:30:00"), clicks: 1, pages: ["/"] },
      ],
    },
  },
  {
    file: "fraud.ts",
    input: {
      "card-payments": [
        { card: "1", at: at("10:00:00"), amount: 0.5 },
        { card: "1", at: at("10:00:20"), amount: 900 },
        { card: "2", at: at("10:00:00"), amount: 0.5 },
        { card: "2", at: at("10:02:00"), amount: 900 },
        { card: "3", at: at("10:00:00"), amount: 900 },
        { card: "4", at: at("10:03:00"), amount: 0.2 },
        { card: "4", at: at("10:04:00"), amount: 500 },
      ],
    },
    output: {
      alarms: [
        { card: "1", at: ms("10:00:20"), amount: 900 },
        { card: "4", at: ms("10:04:00"), amount: 500 },
      ],
    },
  },
  {
    file: "orders-in-time.ts",
    input: {
      orders: [
        { order: "a", at: at("10:00:00"), amount: 10 },
        { order: "b", at: at("10:01:00"), amount: 20 },
        { order: "c", at: at("10:02:00"), amount: 30 },
        { order: "d", at: at("10:03:00"), amount: 40 },
        { order: "z", at: at("12:00:00"), amount: 1 },
      ],
      payments: [
        { order: "a", at: at("10:04:00"), amount: 10 },
        { order: "b", at: at("10:05:00"), amount: 19 },
        { order: "c", at: at("10:12:00"), amount: 30 },
        { order: "d", at: at("10:13:00.001"), amount: 40 },
        { order: "z", at: at("12:00:00"), amount: 1 },
      ],
    },
    output: {
      settled: [
        { order: "a", amount: 10, paidAfter: 240_000 },
        { order: "b", amount: 20 },
        { order: "c", amount: 30, paidAfter: 600_000 },
        { order: "d", amount: 40 },
        { order: "z", amount: 1, paidAfter: 0 },
      ],
    },
  },
  {
    file: "ratings.ts",
    input: {
      "credit-orders": [
        { order: "o1", customer: "ada", amount: 300 },
        { order: "o2", customer: "bo", amount: 201 },
        { order: "o3", customer: "nobody", amount: 1 },
      ],
    },
    output: {
      "rated-orders": [
        { order: "o1", granted: true },
        { order: "o2", granted: false },
        { order: "o3", granted: false },
      ],
    },
  },
  {
    file: "sensor-anomalies.ts",
    input: {
      readings: [
        ...[20, 20, 20, 20, 80].map((value, index) => ({ sensor: "boiler", at: at(`10:00:${10 + index}`), value })),
        ...[20, 21, 20, 21, 22].map((value, index) => ({ sensor: "hall", at: at(`10:00:${10 + index}`), value })),
        { sensor: "hall", at: at("10:30:00"), value: 20 },
      ],
    },
    output: {
      anomalies: [-4, -3, -2, -1, 0].map((minute) => {
        const from = ms("10:00:00") + minute * 60_000;
        return { sensor: "boiler", from, until: from + 300_000, readings: 5, mean: 32, extreme: 80 };
      }),
    },
  },
  {
    file: "deduplicate.ts",
    input: {
      events: [
        { id: "e1", at: at("10:00:00") },
        { id: "e1", at: at("10:00:00") },
        { id: "e2", at: at("10:30:00") },
        { id: "e1", at: at("10:45:00") },
      ],
    },
    output: {
      "events-once": [
        { id: "e1", at: ms("10:00:00") },
        { id: "e2", at: ms("10:30:00") },
      ],
      "events-late": [],
    },
  },
  {
    file: "top-products.ts",
    input: {
      sales: [
        { product: "tea", at: at("10:00:00"), pieces: 3 },
        { product: "milk", at: at("10:10:00"), pieces: 9 },
        { product: "rice", at: at("10:20:00"), pieces: 4 },
        { product: "salt", at: at("10:30:00"), pieces: 1 },
        { product: "tea", at: at("11:00:00"), pieces: 2 },
        { product: "bread", at: at("13:00:00"), pieces: 1 },
      ],
    },
    output: {
      "best-of-hour": [
        {
          hour: ms("10:00:00"),
          best: [
            { product: "milk", pieces: 9 },
            { product: "rice", pieces: 4 },
            { product: "tea", pieces: 3 },
          ],
        },
        { hour: ms("11:00:00"), best: [{ product: "tea", pieces: 2 }] },
      ],
      "best-ever": [
        { product: "milk", pieces: 9 },
        { product: "tea", pieces: 5 },
        { product: "rice", pieces: 4 },
      ],
    },
    lastOnly: ["best-ever"],
  },
  {
    file: "enrichment.ts",
    input: {
      readers: [
        { reader: "r1", data: { name: "Ada", country: "CH" } },
        { reader: "r2", data: { name: "Bo", country: "XX" } },
        { reader: "r3", data: { name: "Cy", country: "FR" } },
        { reader: "r3", data: null },
      ],
      reads: [
        { reader: "r1", page: "/a" },
        { reader: "r2", page: "/b" },
        { reader: "r3", page: "/c" },
        { reader: "r4", page: "/d" },
      ],
    },
    output: {
      "reads-enriched": [
        { reader: "r1", page: "/a", name: "Ada", country: "Switzerland" },
        { reader: "r2", page: "/b", name: "Bo", country: "unknown" },
      ],
      "reads-unknown": [
        { reader: "r3", page: "/c" },
        { reader: "r4", page: "/d" },
      ],
    },
    then: [
      {
        // A reader moves: what is read from now on has the new country.
        input: { readers: [{ reader: "r1", data: { name: "Ada", country: "FR" } }], reads: [{ reader: "r1", page: "/e" }] },
        output: {
          "reads-enriched": [
            { reader: "r1", page: "/a", name: "Ada", country: "Switzerland" },
            { reader: "r2", page: "/b", name: "Bo", country: "unknown" },
            { reader: "r1", page: "/e", name: "Ada", country: "France" },
          ],
          "reads-unknown": [
            { reader: "r3", page: "/c" },
            { reader: "r4", page: "/d" },
          ],
        },
      },
    ],
  },
  {
    file: "orders-payments.ts",
    keySeparator: " ",
    // Pairs come again with each second in which both are in the window.
    repeated: ["paid"],
    input: { orders: ["a 10", "b 20"] },
    output: {
      paid: [],
      waiting: [
        ["a", { waiting: 10, givenUp: false }],
        ["b", { waiting: 20, givenUp: false }],
      ],
    },
    then: [
      {
        input: { payments: ["a 10", "b 5"] },
        output: {
          paid: [["a", 10]],
          waiting: [
            ["a", { waiting: 10, givenUp: false }],
            ["b", { waiting: 20, givenUp: false }],
            ["a", { waiting: 0, givenUp: false }],
            ["b", { waiting: 15, givenUp: false }],
          ],
        },
      },
    ],
  },
  {
    file: "airport-delays.ts",
    bounded: true,
    // AAA: 50 flights at ten, 20 minutes late. BBB: 49 at ten, 100 late, and one at eleven on time. CCC: one, too few for the list of the day.
    input: {
      flights: [
        ...Array.from({ length: 50 }, () => flight("AAA", "10:15:00", 20)),
        ...Array.from({ length: 49 }, () => flight("BBB", "10:45:00", 100)),
        flight("BBB", "11:00:00", 0),
        flight("CCC", "11:30:00", 15),
      ],
    },
    output: {
      "airport-delays": [
        hourOf("AAA", "10:00:00", { flights: 50, meanDelay: 20, lateShare: 1 }),
        hourOf("BBB", "10:00:00", { flights: 49, meanDelay: 100, lateShare: 1 }),
        hourOf("BBB", "11:00:00", { flights: 1, meanDelay: 0, lateShare: 0 }),
        hourOf("CCC", "11:00:00", { flights: 1, meanDelay: 15, lateShare: 0 }),
        ...last24Hours("AAA", { first: 11, count: 24 }, { flights: 50, meanDelay: 20, lateShare: 1 }),
        ...last24Hours("BBB", { first: 11, count: 1 }, { flights: 49, meanDelay: 100, lateShare: 1 }),
        ...last24Hours("BBB", { first: 12, count: 23 }, { flights: 50, meanDelay: 98, lateShare: 0.98 }),
        ...last24Hours("BBB", { first: 35, count: 1 }, { flights: 1, meanDelay: 0, lateShare: 0 }),
        ...last24Hours("CCC", { first: 12, count: 24 }, { flights: 1, meanDelay: 15, lateShare: 0 }),
        [
          "2026-03-01",
          {
            kind: "top-ten",
            day: "2026-03-01",
            start: ms("00:00:00"),
            end: ms("00:00:00") + 24 * HOUR_MS,
            airports: [
              { airport: "BBB", flights: 50, meanDelay: 98 },
              { airport: "AAA", flights: 50, meanDelay: 20 },
            ],
          },
        ],
      ],
    },
  },
  {
    file: "customer-table.ts",
    input: {
      customers: [
        { customer: "c1", at: at("09:00:00"), data: { country: "CH" } },
        { customer: "c1", at: at("10:00:00"), data: { country: "FR" } },
        { customer: "c1", at: at("11:00:00"), data: null },
        { customer: "c9", at: at("13:00:00"), data: null },
      ],
      "customer-orders": [
        { order: "o1", customer: "c1", at: at("09:30:00") },
        { order: "o2", customer: "c1", at: at("10:00:00") },
        { order: "o3", customer: "c1", at: at("11:30:00") },
        { order: "o4", customer: "c2", at: at("09:30:00") },
        { order: "o5", customer: "c2", at: at("13:00:00") },
      ],
    },
    output: {
      "orders-with-customer": [
        { order: "o1", customer: "c1", country: "CH" },
        { order: "o2", customer: "c1", country: "FR" },
        { order: "o3", customer: "c1", country: null },
        { order: "o4", customer: "c2", country: null },
        { order: "o5", customer: "c2", country: null },
      ],
    },
  },
];
