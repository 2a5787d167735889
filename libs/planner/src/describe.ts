import type { OperatorNode } from "@millrace/model";
import { describeKeyed, describeMode } from "./describe-keyed.ts";
import { describeDuration, describeWindow } from "./describe-duration.ts";
import { describeSerde } from "./describe-serde.ts";
import { describeSource } from "./describe-source.ts";

/** What an operator does, in a line. */
export function describeOperator(operator: OperatorNode): string {
  switch (operator.kind) {
    case "source":
      return describeSource(operator.source);
    case "eventTime":
      return describeEventTime(operator);
    case "combineByKey":
      return operator.mapSideCombine ? "combine per key" : "combine per key, after the shuffle only";
    case "join":
      return `${operator.sides === "inner" ? "" : `${operator.sides.replace("-", " ")} `}join of ${operator.parents.join(" and ")}, batch against batch`;
    case "repartition":
      return `the same elements in ${operator.partitions} partitions`;
    case "mapAsync": {
      const { capacity, timeoutMs, retries, order } = operator;
      const again = retries === 0 ? "" : `, asked again ${retries} times`;
      return `asks for an answer to each element, ${capacity} at a time within ${describeDuration(timeoutMs)}${again}; in order of ${order === "input" ? "input" : "answers"}`;
    }
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
      return `aggregate per key and ${describeWindow(operator.window)} of event time${describeMode(operator.mode)}${
        operator.latenessMs === undefined ? "" : `, late records taken for ${describeDuration(operator.latenessMs)}`
      }`;
    case "aggregateBySession":
    case "aggregateByKey":
    case "dropDuplicates":
    case "joinWithin":
    case "joinTable":
    case "mapGroupsWithState":
    case "process":
    case "limit":
    case "sort":
    case "late":
      return describeKeyed(operator);
    case "foreachBatch":
      return "calls a function with each batch, at least once";
    case "print":
      return `prints ${operator.count} elements of each batch`;
    case "sink": {
      if (operator.sink.type === "connector") return `writes with the ${operator.sink.connector} sink, exactly once`;
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

function describeEventTime({ delayMs, idleAfterMs, merge }: OperatorNode & { kind: "eventTime" }): string {
  if (delayMs === "none") return "event time, without a watermark";
  const idle =
    merge === "max" ? "of the greatest time of all partitions" : `idle partitions left out after ${describeDuration(idleAfterMs)}`;
  return `event time; watermark ${describeDuration(delayMs)} behind, ${idle}`;
}
