// What the jobs of all queries share: where events come from, and which they are.
import {
  type DStream,
  job,
  type JobContext,
  type JobModule,
  json,
  kafka,
  seconds,
  type Sink,
  type SinkParts,
  string,
  type Timed,
} from "@millrace/streams";
import type { Auction, Bid, NexmarkEvent, Person } from "../../src/nexmark/events.ts";

export const NEXMARK_INPUT = "nexmark-events";

/** Topic of a query's results. */
export function outputOf(query: string): string {
  return `nexmark-${query}`;
}

export interface NexmarkStreams {
  readonly persons: DStream<Person, Timed>;
  readonly auctions: DStream<Auction, Timed>;
  readonly bids: DStream<Bid, Timed>;
}

/** Where results go: as they are, or, where later ones replace earlier ones, by key. */
export interface NexmarkOutput<R> {
  readonly rows: Sink<R>;
  readonly latest: SinkParts<string, R>;
}

/** A job of one query, which ends with the events that are there. `define` gives the rows of the result. */
export function nexmarkJob<R>(query: string, define: (streams: NexmarkStreams, to: NexmarkOutput<R>) => void): JobModule {
  return job(
    `nexmark-${query}`,
    (ctx) => {
      const topic = outputOf(query);
      define(streamsOf(ctx), { rows: kafka(topic, { value: json<R>() }), latest: kafka(topic, { key: string(), value: json<R>() }) });
    },
    { checkpointInterval: seconds(1) },
  );
}

function streamsOf(ctx: JobContext): NexmarkStreams {
  const events = ctx
    .source(kafka(NEXMARK_INPUT, { value: json<NexmarkEvent>(), until: "latest" }))
    .withEventTime(({ dateTime }) => dateTime, { watermark: seconds(4) });
  return {
    persons: events.filter((event) => event.kind === 0),
    auctions: events.filter((event) => event.kind === 1),
    bids: events.filter((event) => event.kind === 2),
  };
}
