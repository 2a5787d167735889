import { groupOf, type InputEvent, isLast, type Out, TIMER_MS, WINDOW_MS } from "./job-model.ts";

/** Events of the input in order of their offsets, by partition; what the job wrote likewise. Both as a reader of committed records sees them. */
export interface JobLogs {
  readonly inputs: readonly (readonly InputEvent[])[];
  readonly outputs: readonly (readonly Out[])[];
}

export interface JobVerdict {
  /** What a job that is not yet done may still write. */
  readonly missing: readonly string[];
  /** What is wrong for good. */
  readonly wrong: readonly string[];
}

/** Output against a naive evaluation of the input: sequences per key and per group, each event once or late, windows and timers that hold exactly the events that passed. */
export function checkJob({ inputs, outputs }: JobLogs): JobVerdict {
  const verdict = new Findings();
  const all = outputs.flat();
  checkSequences(inputs, all, verdict);
  checkTotals(inputs, all, verdict);
  const passed = checkOnce(inputs, all, verdict);
  checkCounts("window", { passed, bucketOf: ({ at }) => at - (at % WINDOW_MS) }, windowsOf(all), verdict);
  checkCounts("timer", { passed, bucketOf: ({ at }) => at + TIMER_MS }, timersOf(all), verdict);
  return verdict;
}

class Findings implements JobVerdict {
  readonly missing: string[] = [];
  readonly wrong: string[] = [];
}

/** The c-th record of a key comes out c-th, with its number, once. */
function checkSequences(inputs: JobLogs["inputs"], all: readonly Out[], { missing, wrong }: Findings): void {
  const expected = grouped(inputs.flat(), ({ k }) => k);
  const found = grouped(only(all, "seq"), ({ k }) => k);
  for (const k of found.keys()) if (!expected.has(k)) wrong.push(`job output: a count for key ${k}, which the input does not have`);
  for (const [k, events] of expected) {
    const outs = found.get(k) ?? [];
    const at = outs.findIndex(({ n, c }, index) => c !== index + 1 || n !== events[index]?.n);
    const shown = outs[at];
    if (shown !== undefined)
      wrong.push(
        `job sequence: key ${k} has record ${shown.n} as number ${shown.c} in place ${at + 1}, expected record ${events[at]?.n ?? "none"}`,
      );
    else if (outs.length < events.length) missing.push(`job output: key ${k} has ${outs.length} of ${events.length} counts`);
  }
}

/** Totals of a group rise by one, and each count of each of its keys is in there once, in order. */
function checkTotals(inputs: JobLogs["inputs"], all: readonly Out[], { missing, wrong }: Findings): void {
  const expected = grouped(inputs.flat(), ({ k }) => groupOf(k));
  for (const [g, outs] of grouped(only(all, "tot"), (out) => out.g)) {
    const at = outs.findIndex(({ total }, index) => total !== index + 1);
    if (at >= 0) wrong.push(`job total: group ${g} has total ${outs[at]?.total ?? -1} in place ${at + 1}`);
    for (const [k, ofKey] of grouped(outs, (out) => out.k)) {
      const odd = ofKey.findIndex(({ c }, index) => c !== index + 1);
      if (odd >= 0) wrong.push(`job total: group ${g} has count ${ofKey[odd]?.c ?? -1} of key ${k} in place ${odd + 1}`);
    }
    const wanted = expected.get(g)?.length ?? 0;
    if (outs.length > wanted) wrong.push(`job total: group ${g} has ${outs.length} totals for ${wanted} records`);
  }
  const found = grouped(only(all, "tot"), (out) => out.g);
  for (const [g, events] of expected) {
    const count = found.get(g)?.length ?? 0;
    if (count < events.length) missing.push(`job output: group ${g} has ${count} of ${events.length} totals`);
  }
}

/** Conservation: of the copies of an event one passes, and the others are duplicates or late; or all are late. Returns the events that passed. */
function checkOnce(inputs: JobLogs["inputs"], all: readonly Out[], { missing, wrong }: Findings): readonly InputEvent[] {
  const copies = grouped(inputs.flat(), nameOf);
  const passed = only(all, "once");
  const passedOf = grouped(passed, nameOf);
  const lateOf = grouped(only(all, "late"), nameOf);
  for (const name of [...passedOf.keys(), ...lateOf.keys()])
    if (!copies.has(name)) wrong.push(`job output: event ${name} came out and was not in the input`);
  for (const [name, events] of copies) {
    const [passes, late] = [passedOf.get(name)?.length ?? 0, lateOf.get(name)?.length ?? 0];
    const [given] = events;
    if (passedOf.get(name)?.some(({ at }) => at !== given?.at) === true) wrong.push(`job output: event ${name} has another time`);
    if (passes > 1) wrong.push(`job duplicate: event ${name} passed ${passes} times`);
    else if (late + passes > events.length)
      wrong.push(`job conservation: event ${name} was written ${events.length} times, passed ${passes} and was late ${late} times`);
    else if (passes === 0 && late < events.length)
      missing.push(`job conservation: event ${name}, written ${events.length} times, did not pass and was late ${late} times`);
  }
  return passed;
}

interface Counted {
  readonly k: string;
  readonly bucket: number;
  readonly count: number;
}

const windowsOf = (all: readonly Out[]): Counted[] => only(all, "win").map(({ k, start: bucket, count }) => ({ k, bucket, count }));
const timersOf = (all: readonly Out[]): Counted[] => only(all, "timer").map(({ k, at: bucket, count }) => ({ k, bucket, count }));

/** Each bucket of each key comes out once, with as many events as passed into it. */
function checkCounts(
  what: string,
  { passed, bucketOf }: { passed: readonly InputEvent[]; bucketOf: (event: InputEvent) => number },
  counts: readonly Counted[],
  { missing, wrong }: Findings,
): void {
  const expected = grouped(
    passed.filter(({ k }) => !isLast(k)),
    (event) => `${event.k}@${bucketOf(event)}`,
  );
  const found = grouped(counts, ({ k, bucket }) => `${k}@${bucket}`);
  for (const [name, outs] of found) {
    const wanted = expected.get(name)?.length ?? 0;
    const [first] = outs;
    if (outs.length > 1) wrong.push(`job duplicate: ${what} ${name} came out ${outs.length} times`);
    else if (first !== undefined && first.count !== wanted)
      wrong.push(`job conservation: ${what} ${name} has ${first.count} events, ${wanted} passed`);
  }
  for (const [name, events] of expected)
    if (!found.has(name)) missing.push(`job output: ${what} ${name} of ${events.length} events did not come out`);
}

function only<T extends Out["t"]>(all: readonly Out[], tag: T): Out<T>[] {
  return all.filter((out): out is Out<T> & Out => out.t === tag);
}

function nameOf({ k, n }: { readonly k: string; readonly n: number }): string {
  return `${k}/${n}`;
}

function grouped<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group === undefined) groups.set(nameOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
