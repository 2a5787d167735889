// Watches sensors: once a minute, what each measured in the last five, and whether its extreme lies far from its mean.
//
//   millrace topic create readings && millrace topic create anomalies
//   millrace job submit examples/jobs/sensor-anomalies.ts
//   echo '{"sensor":"boiler","at":"2026-03-01T10:00:00Z","value":21.5}' | millrace produce readings
//   millrace consume anomalies --from-beginning --follow
import { type Aggregator, job, json, kafka, minutes, pair, seconds, t } from "@millrace/streams";

const Reading = json({ sensor: t.string, at: t.timestamp, value: t.double });

export interface Anomaly {
  readonly sensor: string;
  readonly from: number;
  readonly until: number;
  readonly readings: number;
  readonly mean: number;
  readonly extreme: number;
}

interface Moments {
  readonly readings: number;
  readonly mean: number;
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
}

type Sums = [readings: number, sum: number, squares: number, min: number, max: number];

/** Count, mean, standard deviation and extremes. Sums of values of a like size lose no digits that matter here. */
const moments: Aggregator<number, Sums, Moments> = {
  init: () => [0, 0, 0, Infinity, -Infinity],
  add: ([readings, sum, squares, min, max], value) => [
    readings + 1,
    sum + value,
    squares + value * value,
    Math.min(min, value),
    Math.max(max, value),
  ],
  merge: (a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2], Math.min(a[3], b[3]), Math.max(a[4], b[4])],
  result: ([readings, sum, squares, min, max]) => {
    const mean = sum / readings;
    return { readings, mean, deviation: Math.sqrt(Math.max(0, squares / readings - mean * mean)), min, max };
  },
};

const READINGS_MIN = 5;
/** So many standard deviations from the mean are far. Among n readings none can be farther than the root of n - 1. */
const FAR = 1.9;

export default job("sensor-anomalies", (ctx) => {
  ctx
    .source(kafka("readings", { value: Reading }))
    .withEventTime((reading) => reading.at, { watermark: seconds(10) })
    .map(({ sensor, value }) => pair(sensor, value))
    .windowByTime({ sliding: { size: minutes(5), slide: minutes(1) } })
    .aggregateByKey(moments)
    .named("last-five-minutes")
    .flatMap(({ key, window, value: { readings, mean, deviation, min, max } }): readonly Anomaly[] => {
      const extreme = max - mean > mean - min ? max : min;
      if (readings < READINGS_MIN || Math.abs(extreme - mean) <= FAR * deviation) return [];
      return [{ sensor: key, from: window.start, until: window.end, readings, mean, extreme }];
    })
    .to(kafka("anomalies", { value: json<Anomaly>() }))
    .named("written");
});
