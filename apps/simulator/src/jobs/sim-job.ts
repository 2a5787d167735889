import {
  count,
  type DStream,
  job,
  type JobModule,
  json,
  kafka,
  type KafkaTopic,
  mapState,
  milliseconds,
  pair,
  type Pair,
  type State,
  StateSpec,
  string,
  t,
  type Timed,
} from "@millrace/streams";
import { groupOf, INPUT, type InputEvent, JOB_NAME, OUTPUT, type Out, TIMER_MS, WATERMARK_MS, WINDOW_MS } from "./job-model.ts";
import type { JobPlan } from "./job-plan.ts";

const Event = json({ k: t.string, n: t.int, at: t.timestamp });
/** What goes wrong is planned, and must not end the job. */
const RESTARTS_MAX = 3_600;

type Output = KafkaTopic<readonly [string, Out], string, Out>;

/**
 * One job with one of each: a count per key and then per group (two shuffles, state by key), duplicates dropped within the watermark, late elements beside it, windows on event time, and timers.
 * All of it goes to one topic, exactly once.
 */
export function simJob({ batchIntervalMs, checkpointIntervalMs, checkpointPath, idleAfterMs, padBytes, slots }: JobPlan): JobModule {
  const options = {
    batchInterval: milliseconds(batchIntervalMs),
    checkpointInterval: milliseconds(checkpointIntervalMs),
    ...(checkpointPath === undefined ? {} : { checkpointPath }),
    slots,
    restartsMax: RESTARTS_MAX,
  };
  return job(
    JOB_NAME,
    (ctx) => {
      const out: Output = kafka(OUTPUT, { key: string(), value: json<Out>() });
      const events = ctx.source(kafka(INPUT, { value: Event }));
      countTwice(events, out, "-".repeat(padBytes));
      const once = events
        .withEventTime(({ at }) => at, { watermark: milliseconds(WATERMARK_MS), idleAfter: milliseconds(idleAfterMs) })
        .map(({ k, n, at }): InputEvent => ({ k, n, at }))
        .dropDuplicatesWithinWatermark(({ k, n }) => `${k}/${n}`)
        .named("once");
      once
        .map((event) => output(event.k, { t: "once", ...event }))
        .to(out)
        .named("once-out");
      once
        .late()
        .map((event) => output(event.k, { t: "late", ...event }))
        .to(out)
        .named("late-out");
      countInWindows(once, out);
      wakeLater(once, out);
    },
    options,
  );
}

/** Per key, and what comes out of that per group: behind the second shuffle the order of a key's elements must still be theirs. */
function countTwice(events: DStream<InputEvent>, out: Output, pad: string): void {
  const perKey = events
    .map(({ k, n }) => pair(k, n))
    .mapWithState(
      StateSpec.function((_time, k: string, n: number | undefined, state: State<Count>): Out<"seq"> => {
        return { t: "seq", k, n: n ?? -1, c: oneMore(state, pad) };
      }),
    )
    .named("per-key");
  perKey
    .map((element) => output(element.k, element))
    .to(out)
    .named("per-key-out");
  perKey
    .map(({ k, c }) => pair(groupOf(k), { k, c }))
    .mapWithState(
      StateSpec.function((_time, g: string, element: { k: string; c: number } | undefined, state: State<Count>): Out<"tot"> => {
        return { t: "tot", g, k: element?.k ?? "", c: element?.c ?? -1, total: oneMore(state, "") };
      }),
    )
    .named("per-group")
    .map((element) => output(element.g, element))
    .to(out)
    .named("per-group-out");
}

function output(key: string, out: Out): Pair<string, Out> {
  return pair(key, out);
}

interface Count {
  readonly count: number;
  readonly pad: string;
}

function oneMore(state: State<Count>, pad: string): number {
  const next = (state.getOption()?.count ?? 0) + 1;
  state.update({ count: next, pad });
  return next;
}

function countInWindows(once: DStream<InputEvent, Timed>, out: Output): void {
  once
    .map(({ k, n }) => pair(k, n))
    .windowByTime({ tumbling: milliseconds(WINDOW_MS) })
    .aggregateByKey(count())
    .named("windows")
    .map(({ key, window, value }) => output(key, { t: "win", k: key, start: window.start, count: value }))
    .to(out)
    .named("windows-out");
}

/** Each element asks to be woken a while after its event time; one waking counts all that asked for this time. */
function wakeLater(once: DStream<InputEvent, Timed>, out: Output): void {
  once
    .map(({ k, at }) => pair(k, at + TIMER_MS))
    .process({
      variables: { due: mapState<number, number>() },
      timers: "event",
      onRecords(_k, times, { state, timers }): Out<"timer">[] {
        for (const time of times) {
          state.due.set(time, (state.due.get(time) ?? 0) + 1);
          timers.set(time);
        }
        return [];
      },
      onTimer(k, time, { state }): Out<"timer">[] {
        const due = state.due.get(time) ?? 0;
        state.due.delete(time);
        return [{ t: "timer", k, at: time, count: due }];
      },
    })
    .named("timers")
    .map((element) => output(element.k, element))
    .to(out)
    .named("timers-out");
}
