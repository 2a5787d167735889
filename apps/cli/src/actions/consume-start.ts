import type { Client, ListedOffset, OffsetSpec } from "@millrace/client";
import type { ConsumeOptions } from "../commands/records.ts";
import { cliError } from "../errors.ts";
import { durationOf, pointInTimeOf } from "../options.ts";

/** Where a partition's reading starts, and what is there to read before waiting. */
export interface Stretch {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** Where reading starts; undefined: nowhere was asked for, which is the end. */
export type Start =
  | { readonly kind: "earliest" | "latest" }
  | { readonly kind: "offset"; readonly offset: number }
  | { readonly kind: "time"; readonly timestampMs: number };

/** The start that options ask for, in whichever of the three ways. */
export function startOf(options: ConsumeOptions, nowMs: number): Start | undefined {
  const ways = [
    options.fromBeginning === true ? "--from-beginning" : undefined,
    options.from === undefined ? undefined : "--from",
    options.offset === undefined ? undefined : "--offset",
  ];
  const given = ways.filter((way) => way !== undefined);
  if (given.length > 1) throw cliError("bad-argument", `say once where to start: ${given.join(" or ")}`, {});
  if (options.fromBeginning === true) return { kind: "earliest" };
  if (options.offset !== undefined) {
    if (options.partition === undefined)
      throw cliError("bad-argument", "an offset belongs to a partition: add --partition", { option: "--offset" });
    return { kind: "offset", offset: options.offset };
  }
  return options.from === undefined ? undefined : placeOf(options.from, nowMs);
}

function placeOf(text: string, nowMs: number): Start {
  if (text === "earliest" || text === "latest") return { kind: text };
  const ago = durationOf(text);
  if (ago !== undefined) return { kind: "time", timestampMs: Math.max(0, nowMs - ago) };
  const timestampMs = pointInTimeOf(text);
  if (timestampMs !== undefined) return { kind: "time", timestampMs };
  if (/^\d+$/.test(text)) return { kind: "offset", offset: Number(text) };
  throw cliError("bad-argument", "reading starts at earliest, latest, an offset, a time as 2026-11-26T12:00:00Z, or so long ago as 15m", {
    option: "--from",
    given: text,
  });
}

/** What there is to read of each partition before waiting: empty at the end where no start is asked for. */
export async function stretchesOf(
  client: Client,
  asked: { readonly topic: string; readonly options: ConsumeOptions; readonly start: Start | undefined },
): Promise<readonly Stretch[]> {
  const { topic, options, start } = asked;
  const count = await client.partitionCount(topic);
  if (options.partition !== undefined && options.partition >= count) {
    throw cliError("bad-argument", "the topic has no such partition", { topic, partition: options.partition, partitions: count });
  }
  const partitions = options.partition === undefined ? Array.from({ length: count }, (_, partition) => partition) : [options.partition];
  const list = (at: OffsetSpec["at"]): Promise<readonly ListedOffset[]> =>
    client.listOffsets(
      partitions.map((partition) => ({ topic, partition, at })),
      options.isolation,
    );
  const [starts, ends, found] = await Promise.all([
    list("earliest"),
    list("latest"),
    start?.kind === "time" ? list({ timestampMs: start.timestampMs }) : [],
  ]);
  const of = (offsets: readonly ListedOffset[], partition: number): number | undefined =>
    offsets.find((one) => one.partition === partition)?.offset;
  return partitions.map((partition) => {
    const first = of(starts, partition) ?? 0;
    const endOffset = of(ends, partition) ?? first;
    return { partition, startOffset: Math.max(first, startOffset(start, { first, endOffset, found: of(found, partition) })), endOffset };
  });
}

function startOffset(
  start: Start | undefined,
  { first, endOffset, found = -1 }: { readonly first: number; readonly endOffset: number; readonly found: number | undefined },
): number {
  switch (start?.kind) {
    case "earliest":
      return first;
    case "offset":
      return start.offset;
    case "time":
      return found < 0 ? endOffset : found;
    default:
      return endOffset;
  }
}
