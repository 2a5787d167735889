import { JOB_SETTINGS_DEFAULT, type JobDefinition, type JobSettings, type WatermarkSettings } from "@millrace/model";
import { Batch } from "./batch.ts";
import { DStream } from "./dstream.ts";
import type { Duration } from "./duration.ts";
import { jobError } from "./errors.ts";
import { GraphBuilder } from "./graph-builder.ts";
import { eraseFunctions } from "./erase.ts";
import { anyFolder, type FolderOptions } from "./folder.ts";
import type { CsvRow } from "./csv-row.ts";
import { rate, type RateOptions, type RateRow } from "./rate.ts";
import type { Source } from "./kafka.ts";
import { socket, type SocketOptions } from "./socket.ts";
import { webhook, type WebhookOptions } from "./webhook.ts";
import { JOB_NAME_LENGTH_MAX } from "./limits.ts";
import { transformOf, unionOf } from "./together.ts";

/** What the function of a job gets: where streams begin. */
export interface JobContext {
  /** A stream from a topic or another source. */
  source<T>(source: Source<T>): DStream<T>;
  /** A stream of rows that are generated: `source(rate(…))`. */
  rate(options: RateOptions): DStream<RateRow>;
  /** A stream of what files hold that appear in a folder: `source(folder(…))`. */
  readonly folder: FolderStreams;
  /** A stream of what is sent by HTTP: `source(webhook(…))`. */
  webhook<V>(options: WebhookOptions<V>): DStream<V>;
  /** A stream of lines that a TCP server sends: `source(socket(…))`. */
  socket(options: SocketOptions): DStream<string>;
  /** Elements of all streams, in order of the streams. */
  union<T, Time = unknown>(streams: readonly DStream<T, Time>[]): DStream<T, Time>;
  /** `f` once per batch, on the batches of all streams at that time: what it returns is the batch of the new stream. */
  transform<T extends readonly unknown[], U>(
    streams: { readonly [I in keyof T]: DStream<T[I]> },
    f: (batches: { readonly [I in keyof T]: Batch<T[I]> }, time: number) => Batch<U>,
  ): DStream<U>;
}

/** See `folder`. */
export interface FolderStreams {
  (path: string, options: FolderOptions & { readonly format: "text" }): DStream<string>;
  (path: string, options: FolderOptions & { readonly format: "csv" }): DStream<CsvRow>;
  <T>(path: string, options: FolderOptions & { readonly format: "json" | "parquet" }): DStream<T>;
}

/** Settings of a job; defaults stand in `JOB_SETTINGS_DEFAULT`. */
export interface JobOptions {
  /** The grid on which batches are planned. Default: 1 s, at least 10 ms. */
  readonly batchInterval?: Duration;
  /** Keyed tasks and sink slots, for the life of the job. Default: 8, at most 720. */
  readonly slots?: number;
  /** How often state is saved; "off" is refused when an operator keeps state. Default: 10 s. */
  readonly checkpointInterval?: Duration | "off";
  /** Where state is saved that is too big for the coordination store: `file:///mnt/checkpoints`, a folder that is the same one on every executor. Default: an internal topic. */
  readonly checkpointPath?: string;
  /**
   * "batch": batch after batch of what has arrived, at each interval. "continuous": records are read and pass through operators without state as they arrive, and
   * the interval is that of markers, at which state is applied and output committed. Results are the same. Default: "batch".
   */
  readonly latency?: "batch" | "continuous";
  /** Bound of one batch over all sources. Default: 200,000. */
  readonly maxRecordsPerBatch?: number;
  /** Restarts an hour, after failures that may pass, before the job fails. Default: 20. */
  readonly restartsMax?: number;
  /** Which of several watermarks counts; default: per operator the least of its inputs. Scope "job" is Spark's rule. */
  readonly watermarks?: WatermarkSettings;
}

/** Default export of a job module. It builds itself, so that a bundle needs nothing but its own copy of this library. */
export interface JobModule {
  /** Format of this object, 1. */
  readonly millraceJob: 1;
  readonly name: string;
  /** Runs the job's function once on a fresh graph. */
  build(): JobDefinition;
}

/**
 * A job: its name and the function that connects sources to outputs. The function runs wherever the graph is needed (CLI, workers),
 * so it must give the same graph each time: no clock, no randomness, no environment, not async.
 */
export function job(name: string, define: (ctx: JobContext) => void, options: JobOptions = {}): JobModule {
  return { millraceJob: 1, name, build: () => build(name, define, options) };
}

/** The graph and functions of a job module's default export, whatever that is. */
export function buildJob(exported: unknown): JobDefinition {
  if (isJobModule(exported)) return exported.build();
  const message = 'the module does not export a job: write `export default job("name", (ctx) => { ... })`';
  throw jobError("not-a-job", message, { found: exported === undefined ? "no default export" : typeof exported });
}

function isJobModule(value: unknown): value is JobModule {
  return (
    typeof value === "object" &&
    value !== null &&
    "millraceJob" in value &&
    value.millraceJob === 1 &&
    "build" in value &&
    typeof value.build === "function"
  );
}

function build(name: string, define: (ctx: JobContext) => unknown, options: JobOptions): JobDefinition {
  if (name.length > JOB_NAME_LENGTH_MAX || !/^[a-zA-Z0-9._-]+$/.test(name)) {
    const message = `a job name must be 1 to ${JOB_NAME_LENGTH_MAX} of the characters a-z A-Z 0-9 . _ -`;
    throw jobError("invalid-job-name", message, { name: name.slice(0, JOB_NAME_LENGTH_MAX) });
  }
  const graph = new GraphBuilder(name, settingsOf(options));
  const sourceOf = <T>({ source, functions = {} }: Source<T>): DStream<T> =>
    new DStream<T>(graph, graph.add({ spec: { kind: "source", source }, functions: eraseFunctions(functions) }));
  const folderOf = (path: string, options: FolderOptions): DStream<never> => sourceOf(anyFolder(path, options));
  const returned = define({
    source: sourceOf,
    rate: (options) => sourceOf(rate(options)),
    webhook: (options) => sourceOf(webhook(options)),
    socket: (options) => sourceOf(socket(options)),
    folder: folderOf,
    union: (streams) => unionOf(graph, streams),
    transform: (streams, f) => transformOf(graph, streams, (lists, time) => f(batchesOf(lists), time)),
  });
  if (returned instanceof Promise) {
    returned.catch(() => undefined); // its error would be reported beside this one
    throw jobError("job-build-async", "the function of a job must not be async: it only says what is connected to what", { job: name });
  }
  return graph.freeze();
}

function settingsOf(options: JobOptions): JobSettings {
  const settings: JobSettings = {
    batchIntervalMs: options.batchInterval ?? JOB_SETTINGS_DEFAULT.batchIntervalMs,
    slotCount: options.slots ?? JOB_SETTINGS_DEFAULT.slotCount,
    checkpointIntervalMs: options.checkpointInterval ?? JOB_SETTINGS_DEFAULT.checkpointIntervalMs,
    maxRecordsPerBatch: options.maxRecordsPerBatch ?? JOB_SETTINGS_DEFAULT.maxRecordsPerBatch,
    restartsMax: options.restartsMax ?? JOB_SETTINGS_DEFAULT.restartsMax,
    ...(options.checkpointPath === undefined ? {} : { checkpointPath: options.checkpointPath }),
    ...(latencyOf(options) === "batch" ? {} : { latency: "continuous" }),
    ...(options.watermarks === undefined ? {} : { watermarks: options.watermarks }),
  };
  const known = [
    "batchInterval",
    "slots",
    "checkpointInterval",
    "checkpointPath",
    "latency",
    "maxRecordsPerBatch",
    "restartsMax",
    "watermarks",
  ];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw jobError("invalid-job-setting", `no such job setting; known are ${known.join(", ")}`, { name });
  }
  return settings;
}

function latencyOf({ latency = "batch" }: JobOptions): "batch" | "continuous" {
  const given: string = latency;
  if (given === "batch" || given === "continuous") return given;
  throw jobError("invalid-job-setting", 'latency is "batch" or "continuous"', { setting: "latency", value: given });
}

/** Batch handles of the streams in order; that their types are those of the streams is the signature's promise. */
function batchesOf<B>(lists: readonly (readonly unknown[])[]): B {
  return lists.map((list) => Batch.of(list)) as B;
}
