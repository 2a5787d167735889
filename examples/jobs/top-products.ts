// The three best sold products of each hour, and a table of the best of all time that is written anew when it changes.
//
//   for topic in sales best-of-hour best-ever; do millrace topic create $topic; done
//   millrace job submit examples/jobs/top-products.ts
//   echo '{"product":"tea","at":"2026-03-01T10:00:00Z","pieces":3}' | millrace produce sales
//   millrace consume best-of-hour --from-beginning --follow
import { hours, job, json, kafka, minutes, pair, sum, t, top } from "@millrace/streams";

const Sale = json({ product: t.string, at: t.timestamp, pieces: t.int });

export interface Sold {
  readonly product: string;
  readonly pieces: number;
}

const BEST = 3;
/** Most pieces first, equal ones by name: an order without ties. */
const byPieces = (left: Sold, right: Sold): number => right.pieces - left.pieces || (left.product < right.product ? -1 : 1);

export default job("top-products", (ctx) => {
  const sold = ctx
    .source(kafka("sales", { value: Sale }))
    .withEventTime((sale) => sale.at, { watermark: minutes(1) })
    .map(({ product, pieces }) => pair(product, pieces));

  sold
    .windowByTime({ tumbling: hours(1) })
    .aggregateByKey(sum())
    .named("sold-per-hour")
    .map(({ key, window, value }) => pair(window.start, { product: key, pieces: value }))
    .windowByTime({ tumbling: hours(1) })
    .aggregateByKey(top(BEST, byPieces))
    .named("best-of-hour")
    .map(({ key, value }) => ({ hour: key, best: value }))
    .to(kafka("best-of-hour", { value: json() }))
    .named("hours-written");

  sold
    .aggregateByKey(sum(), { mode: "complete", unbounded: true })
    .named("sold-ever")
    .map(([product, pieces]): Sold => ({ product, pieces }))
    .orderBy(byPieces)
    .limit(BEST)
    .to(kafka("best-ever", { value: json() }))
    .named("table-written");
});
