import type { Clock } from "@millrace/ports";
import { ANSWER_FRESH_MS } from "../limits.ts";
import type { Lag, LagSource } from "./lag-source.ts";

interface Answer {
  readonly askedAtMs: number;
  readonly lags: Promise<readonly Lag[]>;
}

/** Questions at nearly the same time share one answer, so that many autoscalers cost a cluster no more than one. What failed is asked again. */
export function sharedLag(source: LagSource, clock: Clock): LagSource {
  const answers = new Map<string, Answer>();
  const share = (key: string, ask: () => Promise<readonly Lag[]>): Promise<readonly Lag[]> => {
    const nowMs = clock.monotonicMs();
    for (const [other, { askedAtMs }] of answers) if (nowMs - askedAtMs >= ANSWER_FRESH_MS) answers.delete(other);
    const known = answers.get(key);
    if (known !== undefined) return known.lags;
    const answer: Answer = { askedAtMs: nowMs, lags: ask() };
    answers.set(key, answer);
    answer.lags.catch(() => {
      if (answers.get(key) === answer) answers.delete(key);
    });
    return answer.lags;
  };
  return {
    jobs: () => share("jobs", () => source.jobs()),
    groups: (names) => share(`groups ${JSON.stringify(names ?? null)}`, () => source.groups(names)),
  };
}
