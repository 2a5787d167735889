/**
 * A job as data: operators and settings, no functions. What the coordinator stores and plans from, what the CLI explains, and what
 * a worker compares with the graph that its bundle builds. Functions live beside it, by operator id and name (streams `JobDefinition`).
 */
export interface JobGraph {
  readonly formatVersion: 1;
  readonly name: string;
  readonly settings: JobSettings;
  /** In order of construction: parents come before children. */
  readonly operators: readonly OperatorNode[];
}

export interface JobSettings {
  /** The D-Stream grid. At least 10. */
  readonly batchIntervalMs: number;
  /** Keyed tasks and sink slots, for the life of the job; at most BUCKET_COUNT. */
  readonly slotCount: number;
  /** "off" is refused when an operator keeps state. */
  readonly checkpointIntervalMs: number | "off";
  /** Where state goes that is too big for the coordination store: `file:///folder`, the same on every executor; absent: to an internal topic. */
  readonly checkpointPath?: string;
  /** Bound of one batch over all sources, from the first batch on. */
  readonly maxRecordsPerBatch: number;
  /** Restarts after failures that may pass, within an hour, before the job fails. */
  readonly restartsMax: number;
  /** continuous: records are read and worked on as they arrive, and a batch is what lies between two markers. Absent: batch after batch. */
  readonly latency?: "continuous";
  /** How long each stream's batches are remembered at least; absent: as long as its operators need (planner `retentionOf`). */
  readonly rememberMs?: number;
  /** Which of several watermarks counts; absent: per operator the least of its inputs. */
  readonly watermarks?: WatermarkSettings;
}

/** How watermarks of several `eventTime` operators become one. */
export interface WatermarkSettings {
  /** min: nothing that is still on its way is late. max: the fastest input decides, for inputs of which one may fall silent. */
  readonly policy: "min" | "max";
  /**
   * operator: each operator has that of its own inputs, undefined before any record. job: Spark's rule: one for the whole job, 0 before any record, from
   * the greatest event time of each `eventTime` over all its partitions; after a restart only this one value is known.
   */
  readonly scope: "operator" | "job";
}

export const JOB_SETTINGS_DEFAULT: JobSettings = {
  batchIntervalMs: 1_000,
  slotCount: 8, // enough tasks for 8 workers, few enough that a small batch is not all overhead
  checkpointIntervalMs: 10_000,
  maxRecordsPerBatch: 200_000, // ~ 20 MB of 100 B records: a batch in memory on every worker at once
  restartsMax: 20,
};

/** Event times further than this beyond batch time do not move a watermark further: one bad clock must not close every window (stream-semantics §10). */
export const EVENT_TIME_AHEAD_MAX_MS = 24 * 60 * 60 * 1_000;

/** How bytes become values and back. `fields` makes JSON decoding lazy and typed; without it a record is parsed whole. */
export type SerdeDescriptor =
  | { readonly format: "json"; readonly fields?: Readonly<Record<string, FieldType>> }
  | { readonly format: "string" }
  | { readonly format: "bytes" }
  | { readonly format: "msgpack" }
  /** `schema`: Avro's JSON, as text. */
  | { readonly format: "avro"; readonly schema: string }
  /** `descriptors`: a FileDescriptorSet as base64; `message`: full name of the message. */
  | { readonly format: "protobuf"; readonly descriptors: string; readonly message: string };

export type FieldType = "string" | "int" | "double" | "boolean" | "timestamp" | "json";

/** Where records go that cannot be decoded. */
export interface DeadLetter {
  readonly deadLetter: string;
}

/** How the records of a log become elements. */
export interface RecordDecoding {
  readonly value: SerdeDescriptor;
  readonly key?: SerdeDescriptor;
  /** What the stream carries: values, [key, value] pairs, or whole records. */
  readonly elements: "value" | "pair" | "record";
  /** A record that cannot be decoded stops the job, is counted and skipped, or goes as it is to a topic, with the reason in its headers, exactly once. */
  readonly onBadRecord: "fail" | "skip" | DeadLetter;
}

export interface TopicSourceDescriptor extends RecordDecoding {
  readonly type: "topic";
  readonly topic: string;
  /** Where a job without a checkpoint starts. */
  readonly start: "earliest" | "latest";
  /** "latest": a bounded source, it ends at the offsets that exist when the job first starts; the watermark ends infinite. */
  readonly until?: "latest";
  /** What fills the topic while the job runs: what it takes is stored there first. */
  readonly receiver?: ReceiverDescriptor;
}

/** A connector of workers that takes what others send of their own accord. */
export interface ReceiverDescriptor {
  readonly connector: string;
  /** JSON values only. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A source that is no topic of the cluster: a built-in connector of workers, or (`custom`) one that the job's module brings. */
export interface ConnectorSourceDescriptor {
  readonly type: "connector";
  readonly connector: string;
  /** JSON values only. What the source reads, so that another value makes it another source. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Parts that are read independently, a task each; fixed for the life of the job. */
  readonly splits: number;
  /** What becomes of records when a worker dies: they are read again, or those that were received and not yet written are gone. */
  readonly promise: SourcePromise;
  /** Steps of its position that a batch takes of one split at most; absent: what the job can take. */
  readonly stepsPerBatchMax?: number;
  /** Of connectors that give records of another log; absent: what they give are the elements. */
  readonly records?: RecordDecoding;
}

export type SourcePromise = "exactly-once" | "at-most-once";

export type SourceDescriptor = TopicSourceDescriptor | ConnectorSourceDescriptor;

/** How a source decodes records; undefined: it gives elements as they are. */
export function decodingOf(source: SourceDescriptor): RecordDecoding | undefined {
  return source.type === "topic" ? source : source.records;
}

/** The topic for records that a source cannot decode; undefined: it has none. */
export function deadLetterTopicOf(source: SourceDescriptor): string | undefined {
  const onBadRecord = decodingOf(source)?.onBadRecord;
  return typeof onBadRecord === "object" ? onBadRecord.deadLetter : undefined;
}

export interface TopicSinkDescriptor {
  readonly type: "topic";
  readonly topic: string;
  readonly key?: SerdeDescriptor;
  readonly value: SerdeDescriptor;
}

/** A sink that is no topic of the cluster: a built-in connector of workers, or (`custom`) one that the job's module brings. */
export interface ConnectorSinkDescriptor {
  readonly type: "connector";
  readonly connector: string;
  /** JSON values only. */
  readonly options: Readonly<Record<string, unknown>>;
  /** With serdes the connector gets encoded records, and elements otherwise. */
  readonly key?: SerdeDescriptor;
  readonly value?: SerdeDescriptor;
}

export type SinkDescriptor = TopicSinkDescriptor | ConnectorSinkDescriptor;

/** The connector name of sinks and sources whose code is in the job's module. */
export const CUSTOM_CONNECTOR = "custom";

/** Windows on event time, [start, end), aligned to offset + k · slide. Tumbling: slide = size. */
export interface TimeWindowDescriptor {
  readonly sizeMs: number;
  readonly slideMs: number;
  readonly offsetMs: number;
}

/** Which rows of a table that grows an aggregation emits: those that are final, those that changed, or all when one changed. */
export type OutputMode = "append" | "update" | "complete";

/** Pairs of rows that a `joinWithin` yields: those within bounds, and of outer sides the rows that stayed alone; left-semi: left rows with a partner. */
export type TimeJoinType = JoinSides | "left-semi";

/** Which rows of two streams can meet: tl - before ≤ tr ≤ tl + after, or both in one window, or both of one time. */
export type TimeJoinBounds =
  | { readonly type: "interval"; readonly beforeMs: number; readonly afterMs: number }
  | { readonly type: "window"; readonly window: TimeWindowDescriptor }
  | { readonly type: "sameTime" };

/** Which rows of the stream side a join with a table yields. */
export type TableJoinSides = "inner" | "left-outer" | "left-semi";

/** A variable of `process`: what it holds per key, and after how long without a write it (each entry of a list or map) is gone. */
export interface StateVariable {
  readonly type: "value" | "list" | "map";
  readonly ttlMs?: number;
}

interface Node {
  /** Stable over versions of the job: given by the user (`.named`), else derived from kind and position. */
  readonly id: string;
  /** What people see. */
  readonly name: string;
  readonly parents: readonly string[];
  /** Tasks of an operator behind a shuffle by key, or of `count`; absent: as many as the job has slots (`count`: one). */
  readonly partitions?: number;
  /** Checkpoint interval that the user wants for the stream: a multiple of its slide. */
  readonly checkpointMs?: number;
  /** Of a job without a module: its functions as texts (CEL), by names that streams `declaredJob` knows for each kind. */
  readonly expressions?: Readonly<Record<string, string>>;
}

/** Which sides of a join may be absent. */
export type JoinSides = "inner" | "left-outer" | "right-outer" | "full-outer";

/** Functions that an operator of each kind has, in braces: by these names they are found beside the graph. */
export type OperatorNode = Node &
  (
    | { readonly kind: "source"; readonly source: SourceDescriptor }
    /** { f } */
    | { readonly kind: "map" | "flatMap" | "filter" | "mapPartitions" | "mapValues" | "flatMapValues" }
    | { readonly kind: "glom" | "union" }
    /** { time } milliseconds of a record; absent: the record's own timestamp. */
    | {
        readonly kind: "eventTime";
        /** none: elements get a time, but it makes no watermark. */
        readonly delayMs: number | "none";
        readonly idleAfterMs: number;
        /** Over the partitions of a source: the slowest decides (absent), or the greatest time of all. */
        readonly merge?: "min" | "max";
      }
    /** reduce { f } over the whole batch; count, countByValue {}; */
    | { readonly kind: "reduce" | "count" | "countByValue" }
    | { readonly kind: "groupByKey" }
    /** { f } */
    | { readonly kind: "reduceByKey" }
    /** { create, mergeValue, mergeCombiners } */
    | { readonly kind: "combineByKey"; readonly mapSideCombine: boolean }
    /** [left, right] by key, batch against batch: elements are [key, [left, right]], an absent side undefined */
    | { readonly kind: "join"; readonly sides: JoinSides }
    /** [left, right]: elements are [key, [lefts, rights]] */
    | { readonly kind: "cogroup" }
    /** { f } of (batches, time), a list per parent in their order → elements */
    | { readonly kind: "transform" }
    /**
     * { f } of (element, { signal, attempt }) → a promise of the element that takes its place, at most `capacity` at a time in each task; { otherwise } of (element, error), if
     * `hasOtherwise`, gives it where every attempt failed. `order`: as the elements came, or as the answers did.
     */
    | {
        readonly kind: "mapAsync";
        readonly capacity: number;
        readonly timeoutMs: number;
        readonly retries: number;
        readonly retryAfterMs: number;
        readonly order: "input" | "answer";
        readonly hasOtherwise?: boolean;
      }
    /** The same elements in exactly `partitions` tasks. */
    | { readonly kind: "repartition"; readonly partitions: number }
    /**
     * { f } in one of Spark's forms: (values, state), (time, key, values, state), or an iterator of [key, values, state] → [key, state];
     * { initial } () → [key, state] pairs, the state before the first batch, if `hasInitial`.
     */
    | { readonly kind: "updateStateByKey"; readonly form: "values" | "keyed" | "iterator"; readonly hasInitial?: boolean }
    /**
     * { f } of (time, key, value, state), once per record; { initial } as above. A key idle for longer than `timeoutMs` is called once more without
     * a value and forgotten; idle keys are looked for at batch times that are multiples of `timeoutCheckMs` (absent: every batch).
     */
    | { readonly kind: "mapWithState"; readonly hasInitial?: boolean; readonly timeoutMs?: number; readonly timeoutCheckMs?: number }
    /** All live [key, state] of its parent, a mapWithState, after each batch. */
    | { readonly kind: "stateSnapshots" }
    /** The batches of (t - window, t], by batch time. */
    | { readonly kind: "window"; readonly windowMs: number; readonly slideMs: number }
    /** { f } and, incremental, { inverse } and { filter }. `oneKey`: all elements have one key, so that state is bounded without a filter. */
    | {
        readonly kind: "reduceByKeyAndWindow";
        readonly windowMs: number;
        readonly slideMs: number;
        readonly inverse: boolean;
        readonly filtered: boolean;
        readonly oneKey?: boolean;
      }
    /** { init, add, merge, result } per key and event-time window; elements are { key, window: { start, end }, value } */
    | {
        readonly kind: "aggregateByTimeWindow";
        readonly window: TimeWindowDescriptor;
        /** Absent: append. */
        readonly mode?: OutputMode;
        /** How long after its end a window still takes records, each batch of which emits it again. */
        readonly latenessMs?: number;
        readonly unbounded?: boolean;
      }
    /** { init, add, merge, result } and, without `gapMs`, { gap } per key and session: records that are closer than the gap belong together. */
    | {
        readonly kind: "aggregateBySession";
        readonly gapMs?: number;
        readonly mode?: "append" | "complete";
        readonly unbounded?: boolean;
      }
    /** { init, add, merge, result } per key over all batches; elements are [key, result] */
    | { readonly kind: "aggregateByKey"; readonly mode: "update" | "complete"; readonly ttlMs?: number; readonly unbounded?: boolean }
    /** { key }: the first element of each key, which is remembered until the watermark is `delay` past it, until it has passed it, or for ever. */
    | {
        readonly kind: "dropDuplicates";
        readonly until: "watermark" | "eventTime" | "ever";
        readonly ttlMs?: number;
        readonly unbounded?: boolean;
      }
    /** [left, right] by key and time, { where } of (left, right) optional: elements are [key, [left, right]] */
    | {
        readonly kind: "joinWithin";
        readonly type: TimeJoinType;
        /** Absent: any two rows of a key meet, and all are kept. */
        readonly bounds?: TimeJoinBounds;
        /** Whose event time a pair carries; absent: left. A row without a partner carries its own. */
        readonly time?: "left" | "right";
        readonly unbounded?: boolean;
      }
    /** { f } of (key, values, state): one element or, `many`, a list; with a time-out { f } is called for it with state.hasTimedOut. */
    | {
        readonly kind: "mapGroupsWithState";
        readonly many: boolean;
        readonly timeout: "none" | "event" | "batch";
        /** Whether a row may come again in another form (absent: yes for one element per call, no for `many`). */
        readonly mode?: "append" | "update";
        readonly unbounded?: boolean;
      }
    /** { onRecords, onTimer?, onInitialState?, initial? }: arbitrary state of named variables per key, and timers. */
    | {
        readonly kind: "process";
        readonly timers: "none" | "event" | "batch";
        readonly variables: Readonly<Record<string, StateVariable>>;
        readonly hasInitial?: boolean;
        readonly unbounded?: boolean;
      }
    /** The first elements of the stream, or, of a table in complete mode, of each of its batches. */
    | { readonly kind: "limit"; readonly count: number }
    /** { compare } of a table in complete mode */
    | { readonly kind: "sort" }
    /** [stream, table] by key; a table is a stream of [key, value] whose last value of a key counts, null and undefined being none. */
    | { readonly kind: "joinTable"; readonly sides: TableJoinSides; readonly asOf: "batch" | "eventTime" }
    /** Elements of its parent that come too late for operator `of`, its sibling. */
    | { readonly kind: "late"; readonly of: string }
    /** { f } */
    | { readonly kind: "foreachBatch"; readonly mode?: OutputMode }
    | { readonly kind: "print"; readonly count: number }
    /** { key?, value?, timestamp?, partition?, connector? } of an element; absent: a pair's key and value, else the element as value. `mode`: what the reader of the topic counts on. */
    | { readonly kind: "sink"; readonly sink: SinkDescriptor; readonly mode?: OutputMode }
  );

export type OperatorKind = OperatorNode["kind"];

/** Kinds that end a stream: a graph must have one. */
export const OUTPUT_KINDS: readonly OperatorKind[] = ["foreachBatch", "print", "sink"];
