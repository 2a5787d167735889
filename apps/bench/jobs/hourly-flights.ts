// Flights and mean delay per airport and hour: the hot path of event-time windows, and nothing else.
import { countAndMean, hours, job, json, kafka, minutes, string, t } from "@millrace/streams";

const Flight = json({ date: t.timestamp, delay: t.int, origin: t.string });

export default job("bench-hourly-flights", (ctx) => {
  ctx
    .source(kafka("bench-flights", { value: Flight, until: "latest" }))
    .withEventTime((flight) => flight.date, { watermark: minutes(30) })
    .map((flight) => [flight.origin, flight.delay] as const)
    .windowByTime({ tumbling: hours(1) })
    .aggregateByKey(countAndMean())
    .to(kafka("bench-hourly", { key: string(), value: json() }), {
      key: ({ key }) => key,
      value: ({ key, window, value }) => ({ airport: key, start: window.start, flights: value.count, meanDelay: value.mean }),
    });
});
