import {
  deadLetterTopicOf,
  assertTopicName,
  isInternalTopic,
  type JobGraph,
  type OperatorNode,
  type TimeWindowDescriptor,
  type SourceDescriptor,
  type TopicSourceDescriptor,
} from "@millrace/model";
import { planError } from "./errors.ts";
import { LANES_MAX, MAX_RECORDS_PER_BATCH_MAX, OPERATORS_MAX, SLOTS_MAX, SPLITS_MAX } from "./limits.ts";
import { isOutput, parentCounts, traitsOf } from "./operator-traits.ts";

/** Refuses a graph whose parts do not fit together: ids, parents, outputs, topics. */
export function checkStructure(graph: JobGraph): void {
  const { formatVersion, operators }: { formatVersion: number; operators: readonly OperatorNode[] } = graph;
  if (formatVersion !== 1) {
    const message = "the job graph is of a newer format: submit it with the version of millrace that the cluster runs";
    throw planError("graph-version-unsupported", message, { formatVersion });
  }
  if (operators.length > OPERATORS_MAX) {
    throw planError("graph-too-large", `a job has at most ${OPERATORS_MAX} operators: split it`, { operators: operators.length });
  }
  const before = new Map<string, OperatorNode>();
  for (const operator of operators) {
    if (before.has(operator.id)) {
      throw planError("duplicate-operator-name", "two operators of the job have one name: give each its own", { name: operator.id });
    }
    checkParents(operator, before);
    checkOwn(operator);
    before.set(operator.id, operator);
  }
  checkLanes(operators);
  checkFollowed(graph);
  if (!operators.some(isOutput)) {
    const message = "the job has no output, so nothing would run: end a stream with .to(kafka(...)), .foreachBatch(...) or .print()";
    throw planError("no-output-operation", message, { job: graph.name });
  }
}

/** A union adds up the lanes of its parents: unions of unions of one stream double them each time. */
function checkLanes(operators: readonly OperatorNode[]): void {
  const lanes = new Map<string, number>();
  for (const operator of operators) {
    const isRoot = traitsOf(operator).input !== "narrow";
    const count = isRoot ? 1 : operator.parents.reduce((sum, parent) => sum + (lanes.get(parent) ?? 1), 0);
    if (count > LANES_MAX)
      throw planError("graph-too-large", `unions of unions add up to more than ${LANES_MAX} branches`, {
        operator: operator.id,
        branches: count,
      });
    lanes.set(operator.id, count);
  }
}

function checkParents(operator: OperatorNode, before: ReadonlyMap<string, OperatorNode>): void {
  const { id, kind, parents } = operator;
  const [min, max] = parentCounts(kind);
  if (parents.length < min || parents.length > max) {
    const message = min === max ? `takes ${min} parents` : `takes ${min} to ${max} parents`;
    throw planError("graph-malformed", `a ${kind} ${message}`, { operator: id, parents: parents.length });
  }
  for (const parent of parents) {
    const node = before.get(parent);
    if (node === undefined) {
      throw planError("unknown-parent", "an operator's parents must stand before it in the graph", { operator: id, parent });
    }
    if (isOutput(node)) throw planError("graph-malformed", "nothing can follow an output", { operator: id, parent });
    if (kind === "late") checkLate(operator, parent, before);
    if (kind === "stateSnapshots" && node.kind !== "mapWithState") {
      throw planError("graph-malformed", "stateSnapshots shows the state of a mapWithState: make that its parent", {
        operator: id,
        parent,
      });
    }
  }
}

/** Kinds that drop what comes too late. */
const LATE_KINDS: readonly OperatorNode["kind"][] = [
  "aggregateByTimeWindow",
  "aggregateBySession",
  "dropDuplicates",
  "joinWithin",
  "joinTable",
  "mapGroupsWithState",
  "process",
];

function checkLate(operator: OperatorNode & { kind: "late" }, parent: string, before: ReadonlyMap<string, OperatorNode>): void {
  const of = before.get(operator.of);
  if (of !== undefined && LATE_KINDS.includes(of.kind) && of.parents.includes(parent)) return;
  const message = "late shows what an operator on event time drops: it takes that operator's parent";
  throw planError("graph-malformed", message, { operator: operator.id, of: operator.of });
}

function checkOwn(operator: OperatorNode): void {
  const { id } = operator;
  checkPartitions(operator);
  switch (operator.kind) {
    case "source":
      checkSource(id, operator.source);
      return;
    case "sink":
      if (operator.sink.type === "connector") return;
      checkOutputTopic(id, operator.sink.topic);
      return;
    case "eventTime":
      if (operator.delayMs !== "none") checkDuration(id, "delayMs", { value: operator.delayMs, min: 0 });
      checkDuration(id, "idleAfterMs", { value: operator.idleAfterMs, min: 1 });
      return;
    case "aggregateByTimeWindow":
      checkTimeWindow(id, operator.window);
      if (operator.latenessMs !== undefined) checkDuration(id, "latenessMs", { value: operator.latenessMs, min: 0 });
      return;
    case "aggregateBySession":
      if (operator.gapMs !== undefined) checkDuration(id, "gapMs", { value: operator.gapMs, min: 1 });
      return;
    case "aggregateByKey":
    case "dropDuplicates":
      if (operator.ttlMs !== undefined) checkDuration(id, "ttlMs", { value: operator.ttlMs, min: 1 });
      return;
    case "joinWithin":
      checkTimeJoin(operator);
      return;
    case "process":
      for (const [name, { ttlMs }] of Object.entries(operator.variables))
        if (ttlMs !== undefined) checkDuration(id, `ttlMs of ${name}`, { value: ttlMs, min: 1 });
      return;
    case "limit":
      if (Number.isSafeInteger(operator.count) && operator.count >= 0) return;
      throw planError("invalid-operator-setting", "limit takes a whole number of elements", { operator: id, count: operator.count });
    case "mapWithState":
      if (operator.timeoutMs !== undefined) checkDuration(id, "timeoutMs", { value: operator.timeoutMs, min: 1 });
      if (operator.timeoutCheckMs !== undefined) checkDuration(id, "timeoutCheckMs", { value: operator.timeoutCheckMs, min: 1 });
      return;
    case "mapAsync":
      checkDuration(id, "timeoutMs", { value: operator.timeoutMs, min: 1 });
      checkDuration(id, "retryAfterMs", { value: operator.retryAfterMs, min: 1 });
      if (isWhole(operator.capacity, 1) && isWhole(operator.retries, 0)) return;
      throw planError("invalid-operator-setting", "mapAsync needs a capacity of 1 at least, and retries of 0 at least", { operator: id });
    case "print":
      if (Number.isSafeInteger(operator.count) && operator.count >= 1) return;
      throw planError("invalid-operator-setting", "print shows at least 1 element", { operator: id, count: operator.count });
    default:
      return;
  }
}

function isWhole(value: number, min: number): boolean {
  return Number.isSafeInteger(value) && value >= min;
}

function checkSource(operator: string, source: SourceDescriptor): void {
  if (source.type === "topic") {
    assertTopicName(source.topic);
    return checkDeadLetter(operator, source);
  }
  checkWhole(operator, "splits", source.splits, SPLITS_MAX);
  const deadLetters = deadLetterTopicOf(source);
  if (deadLetters !== undefined) checkOutputTopic(operator, deadLetters);
  if (source.stepsPerBatchMax !== undefined) checkWhole(operator, "stepsPerBatchMax", source.stepsPerBatchMax, MAX_RECORDS_PER_BATCH_MAX);
}

/** A marker says how far a worker came in each partition; of other sources there is no following yet. */
function checkFollowed({ settings, operators }: JobGraph): void {
  if (settings.latency !== "continuous") return;
  const other = operators.find((operator) => operator.kind === "source" && operator.source.type === "connector");
  if (other === undefined) return;
  const message =
    "continuous mode follows topics only: leave latency out, or write what this source reads to a topic with a job of its own";
  throw planError("invalid-job-setting", message, { setting: "latency", operator: other.id });
}

function checkWhole(operator: string, setting: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return;
  throw planError("invalid-operator-setting", `${setting} of a source must be a whole number from 1 to ${max}`, { operator, value });
}

function checkDeadLetter(operator: string, { topic, onBadRecord }: TopicSourceDescriptor): void {
  if (typeof onBadRecord !== "object") return;
  checkOutputTopic(operator, onBadRecord.deadLetter);
  if (onBadRecord.deadLetter !== topic) return;
  const message = "dead letters would come back as input, for ever: give them a topic of their own";
  throw planError("invalid-operator-setting", message, { operator, topic });
}

function checkOutputTopic(operator: string, topic: string): void {
  assertTopicName(topic);
  if (!isInternalTopic(topic)) return;
  const message = "a job may not write to an internal topic: choose a name that does not start with __";
  throw planError("internal-topic", message, { operator, topic });
}

function checkTimeWindow(operator: string, { sizeMs, slideMs, offsetMs }: TimeWindowDescriptor): void {
  checkDuration(operator, "sizeMs", { value: sizeMs, min: 1 });
  checkDuration(operator, "slideMs", { value: slideMs, min: 1 });
  if (Number.isSafeInteger(offsetMs) && Math.abs(offsetMs) < slideMs) return;
  const message = "a window's offset must be whole milliseconds and shorter than its slide";
  throw planError("invalid-operator-setting", message, { operator, offsetMs, slideMs });
}

function checkTimeJoin(operator: OperatorNode & { kind: "joinWithin" }): void {
  const { id, bounds, type } = operator;
  if (bounds === undefined) {
    if (type === "inner") return;
    const message =
      "only an inner join can do without bounds: a row without a partner is known only when its time is over; give the join { before, after }";
    throw planError("join-unbounded", message, { operator: id, type });
  }
  if (bounds.type === "sameTime") return;
  if (bounds.type === "window") {
    checkTimeWindow(id, bounds.window);
    if (bounds.window.sizeMs === bounds.window.slideMs) return;
    const message = "elements are joined in the one window that they are in: give the join a tumbling window";
    throw planError("invalid-operator-setting", message, { operator: id, sizeMs: bounds.window.sizeMs, slideMs: bounds.window.slideMs });
  }
  const { beforeMs, afterMs } = bounds;
  if (Number.isSafeInteger(beforeMs) && Number.isSafeInteger(afterMs) && beforeMs + afterMs >= 0) return;
  const message = "before and after must be whole milliseconds and leave a time in which rows can meet (before + after >= 0)";
  throw planError("invalid-operator-setting", message, { operator: id, beforeMs, afterMs });
}

/** Only what stands behind a shuffle has partitions of its own to choose. */
function checkPartitions(operator: OperatorNode): void {
  const { id, kind, partitions } = operator;
  if (partitions === undefined && kind !== "repartition") return;
  const isTable = "mode" in operator && operator.mode === "complete";
  const isFree = kind === "count" || (!isTable && ["key", "spread"].includes(traitsOf(operator).input));
  if (isFree && Number.isSafeInteger(partitions) && Number(partitions) >= 1 && Number(partitions) <= SLOTS_MAX) return;
  const message = isFree
    ? `partitions must be a whole number from 1 to ${SLOTS_MAX}`
    : isTable
      ? `a ${kind} in complete mode is one table in one task: leave partitions out`
      : `a ${kind} stays in the partitions of its parent: repartition before it`;
  throw planError("invalid-operator-setting", message, { operator: id, partitions });
}

/** A whole number of milliseconds, at least `min`. */
export function checkDuration(operator: string, setting: string, given: { readonly value: number; readonly min: number }): void {
  if (Number.isSafeInteger(given.value) && given.value >= given.min) return;
  const message = `${setting} must be a whole number of milliseconds of at least ${given.min}`;
  throw planError("invalid-duration", message, { operator, value: given.value });
}
