import type { JobGraph, OperatorKind } from "@millrace/model";
import { planError } from "./errors.ts";

type Check = (value: unknown, where: string) => void;

const string: Check = (value, where) => {
  if (typeof value !== "string" || value === "") throw malformed(where, "a text");
};
const text: Check = (value, where) => {
  if (typeof value !== "string") throw malformed(where, "a text");
};
const number: Check = (value, where) => {
  if (typeof value !== "number") throw malformed(where, "a number");
};
const boolean: Check = (value, where) => {
  if (typeof value !== "boolean") throw malformed(where, "true or false");
};
const oneOf = (...choices: readonly unknown[]): Check => {
  return (value, where) => {
    if (!choices.includes(value)) throw malformed(where, `one of ${choices.join(", ")}`);
  };
};
const optional = (check: Check): Check => {
  return (value, where) => {
    if (value !== undefined) check(value, where);
  };
};
const listOf = (check: Check): Check => {
  return (value, where) => {
    if (!Array.isArray(value)) throw malformed(where, "a list");
    for (const [index, item] of (value as readonly unknown[]).entries()) check(item, `${where}[${index}]`);
  };
};
const either = (first: unknown, check: Check): Check => {
  return (value, where) => {
    if (value !== first) check(value, where);
  };
};
const mapOf = (check: Check): Check => {
  return (value, where) => {
    for (const [name, item] of Object.entries(record(value, where))) check(item, `${where}.${name}`);
  };
};
/** An object with these properties and no others: what we do not know we would silently not do. */
const object = (properties: Readonly<Record<string, Check>>): Check => {
  return (value, where) => {
    const given = record(value, where);
    for (const [name, check] of Object.entries(properties)) check(given[name], `${where}.${name}`);
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(properties, name)) throw malformed(`${where}.${name}`, "absent: this version does not know it");
    }
  };
};

const NOTHING: Readonly<Record<string, Check>> = {};

const serde: Check = (value, where) => {
  const fields = mapOf(oneOf("string", "int", "double", "boolean", "timestamp", "json"));
  const own: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
    json: { fields: optional(fields) },
    string: NOTHING,
    bytes: NOTHING,
    msgpack: NOTHING,
    avro: { schema: string },
    protobuf: { descriptors: string, message: string },
  };
  const { format } = record(value, where);
  oneOf(...Object.keys(own))(format, `${where}.format`);
  object({ format: string, ...own[String(format)] })(value, where);
};

const anything: Check = () => undefined;
const sink: Check = (value, where) => {
  const isConnector = record(value, where).type === "connector";
  const own: Readonly<Record<string, Check>> = isConnector
    ? { connector: string, options: mapOf(anything), value: optional(serde) }
    : { topic: string, value: serde };
  object({ type: oneOf("topic", "connector"), key: optional(serde), ...own })(value, where);
};

const recordDecoding: Readonly<Record<string, Check>> = {
  value: serde,
  key: optional(serde),
  elements: oneOf("value", "pair", "record"),
  onBadRecord: (value, where) => (typeof value === "object" ? object({ deadLetter: string }) : oneOf("fail", "skip"))(value, where),
};
const topicSource: Readonly<Record<string, Check>> = {
  ...recordDecoding,
  topic: string,
  start: oneOf("earliest", "latest"),
  until: optional(oneOf("latest")),
  receiver: optional(object({ connector: string, options: mapOf(anything) })),
};
const connectorSource: Readonly<Record<string, Check>> = {
  connector: string,
  options: mapOf(anything),
  splits: number,
  promise: oneOf("exactly-once", "at-most-once"),
  stepsPerBatchMax: optional(number),
  records: optional(object(recordDecoding)),
};
const source: Check = (value, where) => {
  const isConnector = record(value, where).type === "connector";
  object({ type: oneOf("topic", "connector"), ...(isConnector ? connectorSource : topicSource) })(value, where);
};

const BATCH_WINDOW: Readonly<Record<string, Check>> = { windowMs: number, slideMs: number };

const KEPT: Readonly<Record<string, Check>> = { ttlMs: optional(number), unbounded: optional(boolean) };
const outputMode = oneOf("append", "update", "complete");
const timeWindow = object({ sizeMs: number, slideMs: number, offsetMs: number });
const timeJoinBounds: Check = (value, where) => {
  const shapes: Readonly<Record<string, Check>> = {
    interval: object({ type: string, beforeMs: number, afterMs: number }),
    window: object({ type: string, window: timeWindow }),
    sameTime: object({ type: string }),
  };
  const shape = Object.entries(shapes).find(([type]) => type === record(value, where).type)?.[1];
  if (shape === undefined) throw malformed(`${where}.type`, `one of ${Object.keys(shapes).join(", ")}`);
  shape(value, where);
};

/** Properties of each kind beside id, name, parents and kind. */
const OPERATORS: Readonly<Record<OperatorKind, Readonly<Record<string, Check>>>> = {
  source: { source },
  map: NOTHING,
  flatMap: NOTHING,
  filter: NOTHING,
  mapPartitions: NOTHING,
  mapValues: NOTHING,
  flatMapValues: NOTHING,
  glom: NOTHING,
  union: NOTHING,
  eventTime: { delayMs: either("none", number), idleAfterMs: number, merge: optional(oneOf("min", "max")) },
  reduce: NOTHING,
  count: NOTHING,
  countByValue: NOTHING,
  groupByKey: NOTHING,
  reduceByKey: NOTHING,
  combineByKey: { mapSideCombine: boolean },
  join: { sides: oneOf("inner", "left-outer", "right-outer", "full-outer") },
  cogroup: NOTHING,
  transform: NOTHING,
  repartition: NOTHING,
  mapAsync: {
    ...{ capacity: number, timeoutMs: number, retries: number, retryAfterMs: number },
    ...{ order: oneOf("input", "answer"), hasOtherwise: optional(boolean) },
  },
  updateStateByKey: { form: oneOf("values", "keyed", "iterator"), hasInitial: optional(boolean) },
  mapWithState: { hasInitial: optional(boolean), timeoutMs: optional(number), timeoutCheckMs: optional(number) },
  stateSnapshots: NOTHING,
  window: BATCH_WINDOW,
  reduceByKeyAndWindow: { ...BATCH_WINDOW, inverse: boolean, filtered: boolean, oneKey: optional(boolean) },
  aggregateByTimeWindow: { window: timeWindow, mode: optional(outputMode), latenessMs: optional(number), unbounded: optional(boolean) },
  aggregateBySession: { gapMs: optional(number), mode: optional(outputMode), unbounded: optional(boolean) },
  aggregateByKey: { mode: outputMode, ...KEPT },
  dropDuplicates: { until: oneOf("watermark", "eventTime", "ever"), ...KEPT },
  joinWithin: {
    type: oneOf("inner", "left-outer", "right-outer", "full-outer", "left-semi"),
    bounds: optional(timeJoinBounds),
    time: optional(oneOf("left", "right")),
    unbounded: optional(boolean),
  },
  joinTable: { sides: oneOf("inner", "left-outer", "left-semi"), asOf: oneOf("batch", "eventTime") },
  mapGroupsWithState: { many: boolean, timeout: oneOf("none", "event", "batch"), mode: optional(outputMode), unbounded: optional(boolean) },
  process: {
    timers: oneOf("none", "event", "batch"),
    variables: mapOf(object({ type: oneOf("value", "list", "map"), ttlMs: optional(number) })),
    hasInitial: optional(boolean),
    unbounded: optional(boolean),
  },
  limit: { count: number },
  sort: NOTHING,
  late: { of: string },
  foreachBatch: { mode: optional(outputMode) },
  print: { count: number },
  sink: { sink, mode: optional(outputMode) },
};

const operator: Check = (value, where) => {
  const { kind } = record(value, where);
  const own = Object.entries(OPERATORS).find(([name]) => name === kind)?.[1];
  if (own === undefined) throw malformed(`${where}.kind`, `one of ${Object.keys(OPERATORS).join(", ")}`);
  const common = {
    id: string,
    name: string,
    parents: listOf(string),
    kind: string,
    partitions: optional(number),
    checkpointMs: optional(number),
    expressions: optional(mapOf(text)),
  };
  object({ ...common, ...own })(value, where);
};

const graph = object({
  formatVersion: oneOf(1),
  name: string,
  settings: object({
    batchIntervalMs: number,
    slotCount: number,
    checkpointIntervalMs: either("off", number),
    checkpointPath: optional(string),
    maxRecordsPerBatch: number,
    restartsMax: number,
    latency: optional(oneOf("continuous")),
    rememberMs: optional(number),
    watermarks: optional(object({ policy: oneOf("min", "max"), scope: oneOf("operator", "job") })),
  }),
  operators: listOf(operator),
});

/** A job graph from JSON text that anyone may have sent. Its shape is right afterwards; whether it makes sense is for `planJob` to say. */
export function parseJobGraph(text: string): JobGraph {
  const value = parse(text);
  checkVersion(value);
  graph(value, "graph");
  return value as JobGraph;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw planError("graph-malformed", `the job graph is not JSON: ${cause instanceof Error ? cause.message : "cannot be parsed"}`);
  }
}

function checkVersion(value: unknown): void {
  const version = record(value, "graph").formatVersion;
  if (version === 1) return;
  const message = "the job graph is of another format: submit it with the version of millrace that the cluster runs";
  throw planError("graph-version-unsupported", message, { formatVersion: String(version) });
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw malformed(where, "an object");
}

function malformed(where: string, expected: string): Error {
  return planError("graph-malformed", `${where} must be ${expected}`);
}
