// Flights and their mean delay per origin and hour: what the programs of the other engines do.
import { countAndMean, hours, job, json, kafka, seconds, string, t } from "@millrace/streams";

const Flight = json({ date: t.timestamp, delay: t.int, origin: t.string });

export default job(
  "engine-flights",
  (ctx) => {
    ctx
      .source(kafka("engine-flights", { value: Flight, until: "latest" }))
      .withEventTime((flight) => flight.date, { watermark: 0 })
      .map((flight) => [flight.origin, flight.delay] as const)
      .windowByTime({ tumbling: hours(1) })
      .aggregateByKey(countAndMean())
      .to(kafka("engine-hourly", { key: string(), value: string() }), {
        key: ({ key, window }) => `${key}@${window.start}`,
        value: ({ value }) => `${value.count},${value.mean}`,
      });
  },
  { checkpointInterval: seconds(1) },
);
