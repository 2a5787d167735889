// Makes its own input, so that dashboards have something to show a minute after the installation: clicks on five pages, counted every ten seconds.
//
//   millrace job submit examples/jobs/live/clicks.ts --create-topics
//   millrace consume clicks-per-page --follow
import { count, job, json, kafka, pair, seconds, string } from "@millrace/streams";

const PAGES = ["/", "/shop", "/cart", "/pay", "/help"] as const;

export interface Clicks {
  readonly page: string;
  readonly from: number;
  readonly clicks: number;
}

export default job("clicks", (ctx) => {
  ctx
    .rate({ rowsPerSecond: 200 })
    .withEventTime((row) => row.timestamp, { watermark: seconds(1) })
    .map((row) => pair(PAGES[(row.value % 7) % PAGES.length] ?? "/", 1))
    .windowByTime({ tumbling: seconds(10) })
    .aggregateByKey(count())
    .named("clicks")
    .map(({ key, window, value }): Clicks => ({ page: key, from: window.start, clicks: value }))
    .to(kafka("clicks-per-page", { key: string(), value: json<Clicks>() }), { key: ({ page }) => page })
    .named("written");
});
