import { KEYS, type SinkResult } from "./sinks-job.ts";

/** What is wrong with the results of numbers 0 … count − 1; empty: each is there once, with the count that its key had. */
export function findFaults(results: readonly SinkResult[], count: number): string[] {
  const seen = new Uint32Array(count);
  const wrong: string[] = [];
  for (const { id, nth } of results) {
    if (!Number.isInteger(id) || id < 0 || id >= count) wrong.push(`a number that was never sent: ${id}`);
    else seen[id] = (seen[id] ?? 0) + 1;
    if (nth !== Math.floor(id / KEYS) + 1)
      wrong.push(`number ${id} says it is the ${nth}. of its key, and is the ${Math.floor(id / KEYS) + 1}.`);
  }
  const missing = seen.reduce((sum, times) => sum + (times === 0 ? 1 : 0), 0);
  const twice = seen.reduce((sum, times) => sum + (times > 1 ? 1 : 0), 0);
  return [
    ...(missing > 0 ? [`${missing} are missing, the first is ${seen.indexOf(0)}`] : []),
    ...(twice > 0 ? [`${twice} are there more than once, the first is ${seen.findIndex((times) => times > 1)}`] : []),
    ...wrong.slice(0, 3),
  ];
}
