import type { SeededRandom } from "@millrace/testkit";
import type { HistoryEvent, Read, Step, StepsEvent } from "../src/index.ts";

/** Makes a correct history wrong; undefined where it has nothing to make wrong in this way. */
export type Corruption = (history: readonly HistoryEvent[], random: SeededRandom) => readonly HistoryEvent[] | undefined;

const ELSEWHERE = 1_000_000;

/** What a broken broker would show. Each must be found, whatever the history. */
export const corruptions: Readonly<Record<string, Corruption>> = {
  "a value that is read is nowhere": (history, random) => {
    const target = pick(ackedSends(history), random);
    return target && mapReads(history, (reads) => reads.filter(([, value]) => value !== target.value));
  },
  "a value stands twice": (history, random) => {
    const target = pick(valuesRead(history), random);
    return (
      target &&
      mapReads(history, (reads, key) =>
        key === target.key && isFinalList(reads, history, key) ? [...reads, [ELSEWHERE, target.value]] : reads,
      )
    );
  },
  "one reader finds another value": (history, random) => changeOneRead(history, random, ([offset]) => [[offset, ELSEWHERE]]),
  "a record is damaged": (history, random) => changeOneRead(history, random, ([offset, value]) => [[offset, value, "checksum"]]),
  "one reader's record is at another offset": (history, random) =>
    changeOneRead(history, random, ([offset, value]) => [[offset + ELSEWHERE, value]]),
  "a record is missing between two others": (history, random) => {
    const target = pick(
      pollLists(history).filter(({ reads }) => reads.length > 2),
      random,
    );
    const at = target && 1 + random.integer(target.reads.length - 2);
    return target && mapReads(history, (reads) => (reads === target.reads ? reads.filter((_, index) => index !== at) : reads));
  },
  "two records change places": (history, random) => {
    const target = pick(
      pollLists(history).filter(({ reads }) => reads.length > 1),
      random,
    );
    return target && mapReads(history, (reads) => (reads === target.reads ? [...reads].reverse() : reads));
  },
  "a transaction that was committed is said to have failed": (history, random) => {
    const target = pick(ackedSends(history), random);
    return target && history.map((event) => (event.i === target.line ? { ...event, type: "fail" as const } : event));
  },
  "a value is sent after it was read": (history, random) => {
    const target = pick(ackedSends(history), random);
    if (target === undefined) return undefined;
    const value = target.value;
    const p = 1 + Math.max(...history.map((event) => event.p));
    const rest = history.map((event) => ("v" in event && Array.isArray(event.v) ? withoutSend(event, value) : event));
    const steps: readonly Step[] = [["send", target.key, value]];
    const [i, t] = [0, 0];
    return renumber([...rest, { i, t, p, type: "invoke", f: "send", v: steps }, { i, t, p, type: "ok", f: "send", v: steps }]);
  },
  "two members own a key in one generation": (history, random) => {
    const target = pick(
      history.filter((event) => event.f === "own" && event.v.keys.length > 0),
      random,
    );
    return target && renumber([...history, { ...target, p: 1 + Math.max(...history.map((event) => event.p)) }]);
  },
  "a committed offset is lower later": (history, random) => {
    const commits = history.filter((event) => event.f === "commit" && event.type === "ok" && (event.v.offsets["a"] ?? 0) > 0);
    const target = pick(commits, random);
    if (target?.f !== "commit") return undefined;
    const offset = (target.v.offsets["a"] ?? 0) - 1;
    const p = 1 + Math.max(...history.map((event) => event.p));
    const v = { group: target.v.group, offsets: { a: offset } };
    const [i, t] = [0, 0];
    return renumber([...history, { i, t, p, type: "invoke", f: "committed", v }, { i, t, p, type: "ok", f: "committed", v }]);
  },
};

function pick<T>(items: readonly T[], random: SeededRandom): T | undefined {
  return items[random.integer(Math.max(1, items.length))];
}

function isSteps(event: HistoryEvent): event is StepsEvent {
  return event.f === "send" || event.f === "poll" || event.f === "txn";
}

function pollLists(history: readonly HistoryEvent[]): { readonly key: string; readonly reads: readonly Read[] }[] {
  return history.flatMap((event) =>
    isSteps(event) && event.type === "ok"
      ? event.v.flatMap((step) => (step[0] === "poll" ? Object.entries(step[1] ?? {}).map(([key, reads]) => ({ key, reads })) : []))
      : [],
  );
}

function isFinalList(reads: readonly Read[], history: readonly HistoryEvent[], key: string): boolean {
  return pollLists(history).findLast((list) => list.key === key)?.reads === reads;
}

function valuesRead(history: readonly HistoryEvent[]): { readonly key: string; readonly value: number }[] {
  return pollLists(history).flatMap(({ key, reads }) => reads.map(([, value]) => ({ key, value })));
}

/** Sends that completed ok, with the line of the completion. */
function ackedSends(history: readonly HistoryEvent[]): { readonly line: number; readonly key: string; readonly value: number }[] {
  return history.flatMap((event) =>
    isSteps(event) && event.type === "ok"
      ? event.v.flatMap((step) =>
          step[0] === "send" && typeof step[2] !== "number" ? [{ line: event.i, key: step[1], value: step[2][1] }] : [],
        )
      : [],
  );
}

function mapReads(history: readonly HistoryEvent[], change: (reads: readonly Read[], key: string) => readonly Read[]): HistoryEvent[] {
  const mapStep = (step: Step): Step =>
    step[0] === "poll" && step[1] !== undefined
      ? ["poll", Object.fromEntries(Object.entries(step[1]).map(([key, reads]) => [key, change(reads, key)]))]
      : step;
  return history.map((event) => (isSteps(event) ? { ...event, v: event.v.map(mapStep) } : event));
}

function changeOneRead(
  history: readonly HistoryEvent[],
  random: SeededRandom,
  change: (read: Read) => readonly Read[],
): readonly HistoryEvent[] | undefined {
  const list = pick(pollLists(history), random);
  const index = random.integer(Math.max(1, list?.reads.length ?? 0));
  return (
    list &&
    mapReads(history, (reads) => (reads === list.reads ? reads.flatMap((read, at) => (at === index ? change(read) : [read])) : reads))
  );
}

function withoutSend(event: HistoryEvent, value: number): HistoryEvent {
  if (!isSteps(event)) return event;
  return { ...event, v: event.v.filter((step) => step[0] !== "send" || (typeof step[2] === "number" ? step[2] : step[2][1]) !== value) };
}

function renumber(history: readonly HistoryEvent[]): HistoryEvent[] {
  return history.map((event, i) => ({ ...event, i }));
}
