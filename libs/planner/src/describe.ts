import type { OperatorNode, SerdeDescriptor, TimeWindowDescriptor } from "@millrace/model";

/** A duration as people say it: 90m, 1h, 1d, 1.5s. */
export function describeDuration(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
  ] as const;
  for (const [unit, size] of units) if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  return `${ms}ms`;
}

/** What an operator does, in a line. */
export function describeOperator(operator: OperatorNode): string {
  switch (operator.kind) {
    case "source": {
      const { topic, value, key, elements, until } = operator.source;
      const start = operator.source.start === "latest" ? ", new records only" : "";
      const bounded = until === undefined ? "" : ", bounded: ends at what is there at the first start";
      const what =
        elements === "value"
          ? describeSerde(value)
          : `${elements}s of ${key === undefined ? "bytes" : describeSerde(key)} and ${describeSerde(value)}`;
      return `reads topic ${topic}: ${what}${start}${bounded}`;
    }
    case "eventTime":
      return `event time; watermark ${describeDuration(operator.delayMs)} behind, idle partitions left out after ${describeDuration(operator.idleAfterMs)}`;
    case "combineByKey":
      return operator.mapSideCombine ? "combine per key" : "combine per key, after the shuffle only";
    case "join":
      return `${operator.sides === "inner" ? "" : `${operator.sides.replace("-", " ")} `}join of ${operator.parents.join(" and ")}, batch against batch`;
    case "repartition":
      return `the same elements in ${operator.partitions} partitions`;
    case "updateStateByKey":
      return `update state per key (${operator.form}${operator.hasInitial === true ? ", with initial state" : ""})`;
    case "mapWithState": {
      const idle = operator.timeoutMs === undefined ? "" : `; a key idle for more than ${describeDuration(operator.timeoutMs)} times out`;
      return `map each record with its key's state${operator.hasInitial === true ? ", with initial state" : ""}${idle}`;
    }
    case "window":
      return `batches of the last ${describeDuration(operator.windowMs)}, every ${describeDuration(operator.slideMs)}`;
    case "reduceByKeyAndWindow": {
      const how = operator.inverse ? `, incremental${operator.filtered ? ", filtered" : ""}` : "";
      return `reduce per key over the last ${describeDuration(operator.windowMs)}, every ${describeDuration(operator.slideMs)}${how}`;
    }
    case "aggregateByTimeWindow":
      return `aggregate per key and ${describeWindow(operator.window)} of event time`;
    case "foreachBatch":
      return "calls a function with each batch, at least once";
    case "print":
      return `prints ${operator.count} elements of each batch`;
    case "sink": {
      const { topic, key, value } = operator.sink;
      return `writes topic ${topic}: ${key === undefined ? "" : `key ${describeSerde(key)}, `}${describeSerde(value)}, exactly once`;
    }
    default:
      return describeKind(operator);
  }
}

function describeKind(operator: OperatorNode): string {
  const words: Partial<Record<OperatorNode["kind"], string>> = {
    reduce: "reduce the batch to one element",
    count: "count the batch",
    countByValue: "count per distinct element",
    groupByKey: "all values per key",
    reduceByKey: "reduce per key",
    cogroup: `all values per key of ${operator.parents.join(" and ")}`,
    transform: `calls a function with each whole batch of ${operator.parents.join(", ")}`,
    stateSnapshots: "all live keys with their state after each batch",
    glom: "one array per partition",
    union: `union of ${operator.parents.join(", ")}`,
  };
  return words[operator.kind] ?? (operator.name === operator.id ? operator.kind : operator.name);
}

function describeWindow(window: TimeWindowDescriptor): string {
  const { sizeMs, slideMs, offsetMs } = window;
  const offset = offsetMs === 0 ? "" : ` offset by ${describeDuration(Math.abs(offsetMs))}${offsetMs < 0 ? " back" : ""}`;
  const slide = slideMs === sizeMs ? "" : ` sliding by ${describeDuration(slideMs)}`;
  return `${describeDuration(sizeMs)} window${slide}${offset}`;
}

function describeSerde(serde: SerdeDescriptor): string {
  if (serde.format !== "json") return serde.format;
  return serde.fields === undefined ? "json" : `json {${Object.keys(serde.fields).join(", ")}}`;
}

/** What an operator keeps between batches and what bounds it; undefined if it keeps nothing. */
export function describeState(operator: OperatorNode): string | undefined {
  switch (operator.kind) {
    case "window":
      return `the records of the last ${describeDuration(operator.windowMs)}, on the tasks that read them`;
    case "updateStateByKey":
      return "a value per live key; every one is visited in every batch; a key goes when the function returns undefined";
    case "mapWithState":
      return operator.timeoutMs === undefined
        ? "a value per live key; a key goes when the function removes its state"
        : "a value per live key; a key goes when its state is removed, or when it has been idle";
    case "reduceByKeyAndWindow":
      if (!operator.inverse) return `a value per key and batch of the last ${describeDuration(operator.windowMs)}`;
      if (operator.oneKey === true) return `one value, and one per batch of the last ${describeDuration(operator.windowMs)}`;
      return operator.filtered ? "a value per key in the window" : "a value per key ever seen: UNBOUNDED";
    case "aggregateByTimeWindow": {
      const panes = Math.ceil(operator.window.sizeMs / operator.window.slideMs);
      const times = panes === 1 ? "" : ` (an element is in ${panes})`;
      return `an accumulator per key and open window${times}; a window goes when the watermark passes its end`;
    }
    default:
      return undefined;
  }
}
