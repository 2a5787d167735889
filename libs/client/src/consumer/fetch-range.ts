import type { FetchedChunk, FetchRange, FetchRangeOptions } from "../api.ts";
import { CONSUMER_DEFAULTS } from "../settings.ts";
import { type FetchContext, streamPartition } from "./partition-stream.ts";

/** Reads on until the end offset has been passed; see `Client.fetchRange`. */
export async function* fetchRange(
  range: FetchRange,
  options: FetchRangeOptions,
  context: FetchContext,
): AsyncGenerator<FetchedChunk, void, undefined> {
  if (range.startOffset >= range.endOffset) return;
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const stream = streamPartition(
    {
      topic: range.topic,
      partition: range.partition,
      startOffset: range.startOffset,
      endOffset: range.endOffset,
      isolation: options.isolation ?? "committed",
      partitionBytesMax: options.partitionBytesMax ?? CONSUMER_DEFAULTS.partitionBytesMax,
      prefetchBytes: options.prefetchBytes ?? CONSUMER_DEFAULTS.prefetchBytes,
    },
    context,
    signal,
  );
  try {
    yield* stream;
    options.signal?.throwIfAborted();
  } finally {
    stop.abort();
  }
}
