// Cuts the clicks of each visitor into visits, which end after half an hour without a click.
//
//   millrace topic create clicks && millrace topic create visits
//   millrace job submit examples/jobs/sessions.ts
//   echo '{"visitor":"ann","at":"2026-03-01T10:00:00Z","page":"/"}' | millrace produce clicks
//   millrace consume visits --from-beginning --follow
//
// A visit is written when the watermark has passed its end: when clicks have come that are half an hour and a minute younger.
import { allOf, collectSet, count, job, json, kafka, minutes, of, pair, t } from "@millrace/streams";

const Click = json({ visitor: t.string, at: t.timestamp, page: t.string });

export interface Visit {
  readonly visitor: string;
  readonly from: number;
  readonly until: number;
  readonly clicks: number;
  readonly pages: readonly string[];
}

const VISIT_ENDS_AFTER = minutes(30);

export default job("sessions", (ctx) => {
  ctx
    .source(kafka("clicks", { value: Click }))
    .withEventTime((click) => click.at, { watermark: minutes(1) })
    .map((click) => pair(click.visitor, click.page))
    .windowByTime({ session: VISIT_ENDS_AFTER })
    .aggregateByKey(allOf({ clicks: count(), pages: of((page: string) => page, collectSet<string>()) }))
    .named("visits")
    .map(({ key, window, value: { clicks, pages } }): Visit => {
      return { visitor: key, from: window.start, until: window.end - VISIT_ENDS_AFTER, clicks, pages: [...pages].sort() };
    })
    .to(kafka("visits", { value: json<Visit>() }))
    .named("written");
});
