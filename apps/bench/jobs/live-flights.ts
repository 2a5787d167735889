// As hourly-flights, but without an end: what one flight costs is taken while it runs on.
import { countAndMean, hours, job, json, kafka, milliseconds, minutes, string, t } from "@millrace/streams";

const Flight = json({ date: t.timestamp, delay: t.int, origin: t.string });

export default job(
  "bench-live-flights",
  (ctx) => {
    ctx
      .source(kafka("bench-flights", { value: Flight }))
      .withEventTime((flight) => flight.date, { watermark: minutes(30) })
      .map((flight) => [flight.origin, flight.delay] as const)
      .windowByTime({ tumbling: hours(1) })
      .aggregateByKey(countAndMean())
      .to(kafka("bench-hourly", { key: string(), value: json() }), {
        key: ({ key }) => key,
        value: ({ key, window, value }) => ({ airport: key, start: window.start, flights: value.count, meanDelay: value.mean }),
      });
  },
  { batchInterval: milliseconds(100) },
);
