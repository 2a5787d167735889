// Passes each event on once, though its senders repeat it for up to an hour.
//
//   millrace topic create events && millrace topic create events-once
//   millrace job submit examples/jobs/deduplicate.ts
//   printf '%s\n' '{"id":"e1","at":"2026-03-01T10:00:00Z"}' '{"id":"e1","at":"2026-03-01T10:00:00Z"}' | millrace produce events
//   millrace consume events-once --from-beginning --follow
//
// An id is remembered until the watermark is an hour past its event, so the state stays as small as an hour of events. What comes later than that is not
// passed on, but written to `events-late`.
import { hours, job, json, kafka, t } from "@millrace/streams";

const Event = json({ id: t.string, at: t.timestamp });

export default job("deduplicate", (ctx) => {
  const once = ctx
    .source(kafka("events", { value: Event }))
    .withEventTime((event) => event.at, { watermark: hours(1) })
    .dropDuplicatesWithinWatermark((event) => event.id);
  once
    .named("once")
    .to(kafka("events-once", { value: json() }))
    .named("written");
  once
    .late()
    .to(kafka("events-late", { value: json() }))
    .named("late");
});
