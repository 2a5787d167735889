import type { Goal, Row } from "../versus/rows.ts";
import type { Work } from "./work.ts";

const rate = (atLeast: number): Goal => ({ figure: "records/s", atLeast });

/** What is meant to be reached against each engine, by row of the goals. */
const GOALS: Readonly<Record<string, Readonly<Record<string, readonly Goal[]>>>> = {
  "10": {
    spark: [rate(8)],
    flink: [
      rate(5),
      { figure: "CPU s/M records", atMost: 0.2 },
      { figure: "engine CPU s/M records", atMost: 0.2 },
      { figure: "engine memory MB", atMost: 0.5 },
    ],
  },
  // Events per CPU second of all processes: 1.5 times as many are 0.67 of the CPU time.
  "13": {
    flink: [
      { figure: "CPU s/M records", atMost: 0.67 },
      { figure: "engine CPU s/M records", atMost: 0.67 },
    ],
  },
  "11": {
    spark: [rate(10)],
    flink: [rate(5), { figure: "CPU s/M records", atMost: 0.2 }, { figure: "engine CPU s/M records", atMost: 0.2 }],
  },
};

/** Name of the measurement of a piece of work by a system. */
export function measurementName(work: Work, system: string): string {
  return `${work.name}-${system}`;
}

/** Ours beside each of the others. */
export function engineRows(works: readonly Work[], others: readonly string[]): readonly Row[] {
  return works.flatMap((work) =>
    others.flatMap((other) => {
      const goals = GOALS[work.row]?.[other] ?? [];
      const [ours, theirs] = [measurementName(work, "millrace"), measurementName(work, other)];
      return goals.length === 0
        ? []
        : [{ id: work.row, what: `${work.about}; against ${other}`, ours: [ours, ours], theirs: [theirs, theirs], goals } satisfies Row];
    }),
  );
}
