/** What there is to know of a query's results, whoever computes them. */
export interface NexmarkQuery {
  readonly name: string;
  readonly about: string;
  /** Of a result, in the order of the oracle's rows. */
  readonly columns: readonly string[];
  /** Of columns: later results with the same values replace earlier ones. Absent: every result stays. */
  readonly key?: readonly string[];
}

const BID = ["auction", "bidder", "price", "dateTime", "extra"];
const WHOLE_BID = ["auction", "bidder", "price", "channel", "url", "dateTime", "extra"];

export const NEXMARK_QUERIES: readonly NexmarkQuery[] = [
  { name: "q0", about: "pass through", columns: BID },
  { name: "q1", about: "a function of each bid", columns: BID },
  { name: "q2", about: "a filter", columns: ["auction", "price"] },
  { name: "q3", about: "a join over all time", columns: ["name", "city", "state", "id"] },
  { name: "q4", about: "a join and two aggregations that change", columns: ["category", "average"], key: ["category"] },
  { name: "q5", about: "sliding counts, and the greatest of each window", columns: ["auction", "num", "starttime"] },
  { name: "q7", about: "a window's greatest, joined with what it is of", columns: ["auction", "price", "bidder", "dateTime", "extra"] },
  { name: "q8", about: "a join of windows", columns: ["id", "name", "starttime"] },
  { name: "q11", about: "sessions", columns: ["bidder", "bid_count", "starttime"] },
  { name: "q18", about: "the last of each key", columns: WHOLE_BID, key: ["bidder", "auction"] },
  {
    name: "q20",
    about: "a join over all time, wide",
    columns: [...WHOLE_BID, "itemName", "description", "initialBid", "reserve", "adateTime", "expires", "seller", "category", "aextra"],
  },
];

/** A result as text that is the same whoever wrote it. */
export function textOfResult({ columns }: NexmarkQuery, result: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(columns.map((column) => result[column]));
}

/** What later results of the same replace. */
export function keyOfResult({ key = [] }: NexmarkQuery, result: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(key.map((column) => result[column]));
}
