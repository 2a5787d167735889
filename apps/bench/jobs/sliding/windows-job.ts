// Flights per airport in windows of some hours that slide by one: each record is in so many windows.
import { countAndMean, hours, job, json, kafka, type JobModule, minutes, string, t } from "@millrace/streams";

const Flight = json({ date: t.timestamp, delay: t.int, origin: t.string });

export function windowsJob(windows: number): JobModule {
  return job(`bench-windows-${windows}`, (ctx) => {
    ctx
      .source(kafka("bench-flights", { value: Flight, until: "latest" }))
      .withEventTime((flight) => flight.date, { watermark: minutes(30) })
      .map((flight) => [flight.origin, flight.delay] as const)
      .windowByTime({ sliding: { size: hours(windows), slide: hours(1) } })
      .aggregateByKey(countAndMean())
      .to(kafka("bench-hourly", { key: string(), value: json() }), {
        key: ({ key }) => key,
        value: ({ key, window, value }) => ({ airport: key, start: window.start, flights: value.count, meanDelay: value.mean }),
      });
  });
}
