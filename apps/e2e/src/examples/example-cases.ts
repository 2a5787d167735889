import type { ExampleCase } from "./example-case.ts";

/** A time of the first of March 2026, as text and in milliseconds. */
const at = (clock: string): string => `2026-03-01T${clock}Z`;
const ms = (clock: string): number => Date.parse(at(clock));

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
