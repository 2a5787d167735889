import { describe, expect, it } from "@jest/globals";
import {
  type Aggregator,
  allOf,
  approxCountDistinct,
  buildJob,
  count,
  countAndMean,
  type DStream,
  type Duration,
  type GroupState,
  hours,
  job,
  json,
  kafka,
  listState,
  mapState,
  mean,
  milliseconds,
  minutes,
  of,
  type Pair,
  pair,
  seconds,
  type State,
  StateSpec,
  string,
  t,
  type TableStream,
  type Timed,
  valueState,
  type WindowResult,
} from "./index.ts";

const Flight = json({ date: t.timestamp, delay: t.int, origin: t.string, tags: t.json });

const sumOf = (left: number, right: number): number => left + right;

/** Holds at compile time only: the two types are the same. */
function same<A>(): <B>(value: B & ([A] extends [B] ? ([B] extends [A] ? unknown : never) : never)) => void {
  return () => undefined;
}

/** Whether a stream of numbers has one of these operators. */
function has<N extends string>(): N & keyof DStream<number> extends never ? false : true {
  return false as N & keyof DStream<number> extends never ? false : true;
}

// Each line below @ts-expect-error must be refused by the compiler; `npm run check` fails if it is not.
const checked = job("types", (ctx) => {
  const flights = ctx.source(kafka("flights", { value: Flight }));
  const words = ctx.source(kafka("words", { key: string(), value: string() }));
  const delays = flights.map((flight) => [flight.origin, flight.delay] as const);
  const timed = flights
    .withEventTime((flight) => flight.date, { watermark: minutes(30) })
    .map((flight) => [flight.origin, flight.delay] as const);
  const numbers = flights.map((flight) => flight.delay);

  // What a promise answers, with the event time of the element; a function that promises nothing is none.
  same<DStream<number, Timed>>()(timed.mapAsync(([, delay]) => Promise.resolve(delay)));
  same<DStream<string>>()(
    words.mapAsync(([word], { signal, attempt }) => Promise.resolve(`${word} ${attempt} ${signal.aborted}`), { capacity: 5 }),
  );
  // @ts-expect-error no promise
  numbers.mapAsync((delay) => delay);
  // @ts-expect-error another type than the answers have
  numbers.mapAsync((delay) => Promise.resolve(delay), { otherwise: () => "text" });

  // Types are inferred from step to step.
  same<DStream<Pair<string, number>>>()(delays);
  same<DStream<Pair<string, string>>>()(words);
  same<DStream<Pair<string, readonly number[]>>>()(delays.groupByKey());
  same<DStream<Pair<string, string>>>()(delays.mapValues((delay) => delay.toFixed(1)));
  same<DStream<Pair<string, number>>>()(delays.reduceByKey((left, right) => left + right));
  same<DStream<Pair<string, { sum: number }>>>()(
    delays.combineByKey(
      (delay) => ({ sum: delay }),
      (all, delay) => ({ sum: all.sum + delay }),
      (left, right) => ({ sum: left.sum + right.sum }),
    ),
  );
  same<DStream<Pair<string, number>>>()(delays.updateStateByKey<number>((values, state) => (state ?? 0) + values.length));
  same<DStream<Pair<string, number>>>()(
    delays.updateStateByKey((time, key, values, state: number | undefined) => (state ?? time) + key.length + values.length, {
      form: "keyed",
    }),
  );
  same<DStream<WindowResult<string, { readonly count: number; readonly mean: number }>, Timed>>()(
    timed
      .windowByTime({ tumbling: hours(1) })
      .aggregateByKey(countAndMean())
      .map((result) => result),
  );
  same<DStream<Pair<string, number>>>()(numbers.map((delay) => pair("all", delay)));

  same<DStream<Pair<string, Pair<number, string>>>>()(delays.join(words));
  same<DStream<Pair<string, Pair<number, string | undefined>>>>()(delays.leftOuterJoin(words));
  same<DStream<Pair<string, Pair<number | undefined, string>>>>()(delays.rightOuterJoin(words));
  same<DStream<Pair<string, Pair<number | undefined, string | undefined>>>>()(delays.fullOuterJoin(words, { partitions: 3 }));
  same<DStream<Pair<string, Pair<readonly number[], readonly string[]>>>>()(delays.cogroup(words));
  same<DStream<Pair<string, readonly number[]>>>()(delays.groupByKeyAndWindow(seconds(2)));
  same<DStream<number>>()(words.countByWindow(seconds(2)));
  same<DStream<Pair<number, number>>>()(numbers.countByValueAndWindow(seconds(2), seconds(1)));
  same<DStream<number>>()(numbers.reduceByWindow(sumOf, (whole, part) => whole - part, seconds(2)));
  same<DStream<string>>()(numbers.transform((batch, time) => batch.sortBy((a, b) => a - b).map((delay) => `${time}: ${delay}`)));
  same<DStream<Pair<string, Pair<number, string>>>>()(delays.transformWith(words, (left, right) => left.join(right)));
  same<DStream<number | string>>()(ctx.transform([numbers, words] as const, ([left, right]) => left.union(right.map(([word]) => word))));
  const running = delays.mapWithState(
    StateSpec.function((_, key: string, delay: number | undefined, state: State<number>) => {
      state.update(state.exists() ? state.get() + (delay ?? 0) : 0);
      return `${key}${state.getOption() ?? ""}`;
    })
      .initialState([["JFK", 1]])
      .timeout(minutes(1)),
  );
  same<DStream<string>>()(running.map((text) => text));
  same<DStream<Pair<string, number>>>()(running.stateSnapshots());
  same<DStream<Pair<string, number>>>()(
    delays.updateStateByKey<number>((values, state) => (state ?? 0) + values.length, { initial: [["JFK", 1]], partitions: 2 }),
  );

  // Event time is part of the type: it stays through what looks at one element, and is gone behind what does not.
  const orders = timed;
  const payments = words.withEventTime(() => 0, { watermark: 0 }).filter(([, word]) => word !== "");
  same<DStream<Pair<string, Pair<number, string>>, Timed>>()(
    orders.joinWithin(payments, { before: 0, after: minutes(1) }).map((pair_) => pair_),
  );
  same<DStream<Pair<string, Pair<number, string | undefined>>, Timed>>()(
    orders.joinWithin(payments, { type: "left-outer", window: { tumbling: hours(1) } }).map((pair_) => pair_),
  );
  same<DStream<Pair<string, number>, Timed>>()(
    orders.joinWithin(payments, { type: "left-semi", before: 0, after: 1 }).filter(([, delay]) => delay > 0),
  );
  same<DStream<Pair<string, Pair<number, string | undefined>>, Timed>>()(
    orders.joinTable(payments, { type: "left-outer", asOf: "batch" }).map((pair_) => pair_),
  );
  same<DStream<Pair<string, Pair<number, boolean>>>>()(delays.joinStatic([pair("JFK", true)]));
  const table = delays.aggregateByKey(countAndMean(), { mode: "complete", unbounded: true });
  same<TableStream<string>>()(
    table
      .map(([origin]) => origin)
      .orderBy((a, b) => (a < b ? -1 : 1))
      .limit(3),
  );
  const summary = allOf({ flights: count(), mean: of((delay: number) => delay, mean()), days: approxCountDistinct() });
  same<DStream<WindowResult<string, { flights: number; mean: number | undefined; days: number }>, Timed>>()(
    timed
      .windowByTime({ session: (delay) => delay })
      .aggregateByKey(summary)
      .map((result) => result),
  );
  same<DStream<Pair<string, number>, Timed>>()(
    timed
      .windowByTime({ tumbling: hours(1) })
      .aggregateByKey(count())
      .late(),
  );
  same<DStream<string, Timed>>()(
    timed
      .process({
        variables: { seen: valueState<number>(), recent: listState<string>({ ttl: minutes(1) }), by: mapState<string, number>() },
        timers: "event",
        onRecords: (origin, values, { state }) => {
          state.seen.set((state.seen.get() ?? 0) + values.length);
          state.recent.add(origin);
          return [origin, ...state.recent.get()];
        },
      })
      .map((origin) => origin),
  );
  same<DStream<number>>()(
    delays.mapGroupsWithState((_origin, values, state: GroupState<number>) => values.length + (state.getOption() ?? 0), {
      timeout: "none",
    }),
  );

  // @ts-expect-error no event time was set on this stream
  delays.windowByTime({ tumbling: hours(1) });
  // @ts-expect-error a reduction per batch has dropped it
  timed.reduceByKey((a, b) => a + b).windowByTime({ tumbling: hours(1) });
  // @ts-expect-error update mode emits a row again: it belongs to no time
  timed
    .windowByTime({ tumbling: hours(1) })
    .aggregateByKey(count(), { mode: "update" })
    .map(({ key }) => pair(key, 1))
    .windowByTime({ tumbling: hours(1) });
  // @ts-expect-error sessions have no update mode
  timed.windowByTime({ session: hours(1) }).aggregateByKey(count(), { mode: "update" });
  // @ts-expect-error only a whole table can be sorted
  delays.orderBy(() => 0);
  // @ts-expect-error the right side has no event time
  orders.joinWithin(words, { before: 0, after: 1 });
  // @ts-expect-error a join within time needs its bounds
  orders.joinWithin(payments, { type: "left-outer" });
  // @ts-expect-error the absent side of an outer join must be looked at
  orders.joinWithin(payments, { type: "full-outer", before: 0, after: 1 }).map(([, [, word]]) => word.length);
  // @ts-expect-error what bounds the state must be said
  numbers.dropDuplicates((delay) => delay, {});
  // @ts-expect-error without event time there is no watermark
  numbers.dropDuplicatesWithinWatermark((delay) => delay);
  // @ts-expect-error timers on event time need one
  delays.process({ variables: {}, timers: "event", onRecords: () => [] });
  // @ts-expect-error the variable holds numbers
  delays.process({ variables: { n: valueState<number>() }, timers: "none", onRecords: (_key, _values, { state }) => [state.n.set("1")] });

  // @ts-expect-error a stream of numbers has no keys to join by
  numbers.join(delays);
  // @ts-expect-error keys of the two sides differ in type
  delays.join(numbers.map((delay) => pair(delay, "x")));
  // @ts-expect-error the right side has no keys
  delays.cogroup(numbers);
  // @ts-expect-error the absent side of an outer join must be looked at
  delays.leftOuterJoin(words).map(([, [, word]]) => word.length);
  // @ts-expect-error transform must give a batch back
  numbers.transform(() => undefined);
  // @ts-expect-error only pairs have groupByKey, also within a batch
  numbers.transform((batch) => batch.groupByKey());
  // @ts-expect-error a window needs its unit
  const unitless: Parameters<typeof numbers.countByWindow>[0] = 2;
  same<Duration>()(milliseconds(unitless));
  // @ts-expect-error the inverse must give what it is given
  numbers.reduceByWindow(sumOf, (whole: number) => String(whole), seconds(2));
  // Only mapWithState has snapshots of its state; a slice of past batches is nothing that a distributed job can answer.
  same<false>()(has<"stateSnapshots" | "slice">());
  // @ts-expect-error a stream of numbers has no keys to keep state by
  numbers.mapWithState(StateSpec.function((_, key: string) => key));
  // @ts-expect-error the values are numbers, the function takes text
  delays.mapWithState(StateSpec.function((_, key: string, value: string | undefined) => key + (value ?? "")));
  // @ts-expect-error the initial state is of another type
  delays.updateStateByKey<number>((values, state) => (state ?? 0) + values.length, { initial: [["JFK", "1"]] });

  // @ts-expect-error a stream of numbers has no keys
  numbers.reduceByKey((left: number, right: number) => left + right);
  // @ts-expect-error a stream of objects has no keys
  flights.groupByKey();
  // @ts-expect-error a stream of strings has no keys
  flights.map((flight) => flight.origin).windowByTime({ tumbling: hours(1) });
  // @ts-expect-error an array of strings or numbers is not a pair: write `as const` or pair(...)
  flights.map((flight) => [flight.origin, flight.delay]).reduceByKey((left) => left);
  // @ts-expect-error the field is called origin
  flights.map(({ orign }) => String(orign));
  // @ts-expect-error a number is not a string
  flights.map((flight): string => flight.delay);
  // @ts-expect-error the reduction must give a value of the same type
  delays.reduceByKey((left, right) => `${left} ${right}`);
  const cut = (whole: string, part: string): string => whole.slice(part.length);
  // @ts-expect-error values are numbers, the inverse takes strings
  delays.reduceByKeyAndWindow(sumOf, cut, seconds(2));
  // @ts-expect-error a duration needs its unit
  flights.withEventTime((flight) => flight.date, { watermark: 30 });
  // @ts-expect-error the event time is a number of milliseconds, not a string
  flights.withEventTime((flight) => flight.origin, { watermark: minutes(30) });
  // @ts-expect-error a boolean is needed
  flights.filter((flight) => flight.origin);
  // @ts-expect-error an aggregator without merge cannot combine before the shuffle
  timed.windowByTime({ tumbling: hours(1) }).aggregateByKey({ init: () => 0, add: (n: number) => n + 1 });
  const ofStrings: Aggregator<string, number> = { init: () => 0, add: (n, text) => n + text.length, merge: (left, right) => left + right };
  // @ts-expect-error the aggregator takes strings, the stream has numbers
  timed.windowByTime({ tumbling: hours(1) }).aggregateByKey(ofStrings);
  // @ts-expect-error elements of different types
  numbers.union(words);
  // @ts-expect-error the topic takes text
  numbers.to(kafka("out", { value: string() }));
  // @ts-expect-error the topic takes pairs of text
  delays.to(kafka("out", { key: string(), value: string() }));
  // @ts-expect-error the topic has keys: make pairs, or say how to take the element apart
  numbers.to(kafka("out", { key: string(), value: json<number>() }));
  // @ts-expect-error the key must be text
  numbers.to(kafka("out", { key: string(), value: json<number>() }), { key: (delay) => delay });
  // @ts-expect-error the value must be text
  numbers.to(kafka("out", { value: string() }), { value: (delay) => delay });

  // And what fits is taken.
  const anything: DStream<unknown> = delays;
  anything.print();
  numbers.union(numbers.map((delay) => delay + 1)).to(kafka("out", { value: json() }));
  numbers.to(kafka("out", { value: json<number>() }));
  numbers.to(kafka("out", { key: string(), value: json<number>() }), { key: (delay) => String(delay) });
  numbers.to(kafka("out", { value: string() }), { value: (delay) => String(delay) });
  delays.to(kafka("out", { key: string(), value: json() }), { timestamp: ([, delay]) => delay });
  flights.to(kafka("out", { key: string(), value: json() }), { key: (flight) => flight.origin, value: (flight) => flight.delay });
});

describe("types of the DStream API", () => {
  it("let a wrongly typed job fail at compile time, so that this one is refused at run time only for what the compiler cannot see", () => {
    expect(() => buildJob(checked)).toThrow(/merge/); // the incomplete aggregator, which plain JavaScript could pass
  });
});
