import { canonicalKey, type CanonicalKey } from "@millrace/model";
import type { BlockWriter } from "../shuffle/block-writer.ts";
import type { OperatorEnvironment } from "./environment.ts";
import { asPair } from "./pair.ts";
import type { EndingOperator } from "./partition.ts";

/** How values of one key become one: on the sending side, the receiving side, or both. Errors of user code are typed already. */
export interface Combiner {
  create(value: unknown): unknown;
  add(accumulator: unknown, value: unknown): unknown;
  merge(left: unknown, right: unknown): unknown;
}

export interface KeyedCell {
  readonly key: unknown;
  value: unknown;
}

/** Sending end of an edge by key that moves every pair as it is. */
export function pairSender(environment: OperatorEnvironment, writer: BlockWriter): EndingOperator {
  const { counts, operator } = environment;
  return {
    emit(element) {
      counts.recordsIn++;
      const pair = asPair(element, operator.id);
      writer.addKeyed(canonicalKey(pair[0]), pair[0], pair[1]);
    },
    end: () => writer.flush(),
  };
}

/** Sending end of an edge by key that moves one accumulator per key, task and batch, in order of first appearance. */
export function combiningSender(environment: OperatorEnvironment, writer: BlockWriter, combiner: Combiner): EndingOperator {
  const { counts, operator } = environment;
  const isCountByValue = operator.kind === "countByValue";
  const cells = new Map<CanonicalKey, KeyedCell>();
  return {
    emit(element) {
      counts.recordsIn++;
      const pair = isCountByValue ? undefined : asPair(element, operator.id);
      const key = pair === undefined ? element : pair[0];
      const value = pair === undefined ? element : pair[1];
      const canonical = canonicalKey(key);
      const cell = cells.get(canonical);
      if (cell === undefined) cells.set(canonical, { key, value: combiner.create(value) });
      else cell.value = combiner.add(cell.value, value);
    },
    end() {
      for (const [canonical, cell] of cells) writer.addKeyed(canonical, cell.key, cell.value);
      cells.clear();
      writer.flush();
    },
  };
}

/** Sending end of an edge to slot 0 that moves elements as they are, at most `limit` per task and batch. */
export function gatherSender(environment: OperatorEnvironment, writer: BlockWriter, limit: number): EndingOperator {
  const { counts } = environment;
  let sent = 0;
  return {
    emit(element) {
      counts.recordsIn++;
      if (sent++ < limit) writer.addSingle(element);
    },
    end() {
      sent = 0;
      writer.flush();
    },
  };
}

/** Sending end of `repartition`: the element at position i of task n goes to partition (n + i) modulo their number, so that a replay sends it there again. */
export function spreadSender(
  environment: OperatorEnvironment,
  writer: BlockWriter,
  place: { readonly task: number; readonly partitions: number },
): EndingOperator {
  const { counts } = environment;
  const { task, partitions } = place;
  let next = task % partitions;
  return {
    emit(element) {
      counts.recordsIn++;
      writer.addTo(next, element);
      next = (next + 1) % partitions;
    },
    end() {
      next = task % partitions;
      writer.flush();
    },
  };
}

/** Sending end of `mapAsync`: all elements of a task go to one partition with their event times, so that they keep their order. */
export function askingSender(
  environment: OperatorEnvironment,
  writer: BlockWriter,
  place: { readonly task: number; readonly partitions: number },
): EndingOperator {
  const { counts } = environment;
  const slot = place.task % place.partitions;
  return {
    emit(element, time) {
      counts.recordsIn++;
      writer.addNumberedTo(slot, element, time);
    },
    end: () => writer.flush(),
  };
}

/** Sending end of `count`: one number per task and batch. */
export function countSender(environment: OperatorEnvironment, writer: BlockWriter): EndingOperator {
  const { counts } = environment;
  let count = 0;
  return {
    emit() {
      counts.recordsIn++;
      count++;
    },
    end() {
      if (count > 0) writer.addSingle(count);
      count = 0;
      writer.flush();
    },
  };
}

/** Sending end of `reduce`: what the task's elements reduce to, if there are any. */
export function reduceSender(
  environment: OperatorEnvironment,
  writer: BlockWriter,
  merge: (left: unknown, right: unknown) => unknown,
): EndingOperator {
  const { counts } = environment;
  let held: { value: unknown } | undefined;
  return {
    emit(element) {
      counts.recordsIn++;
      if (held === undefined) held = { value: element };
      else held.value = merge(held.value, element);
    },
    end() {
      if (held !== undefined) writer.addSingle(held.value);
      held = undefined;
      writer.flush();
    },
  };
}
