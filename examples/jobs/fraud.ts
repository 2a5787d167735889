// Raises an alarm when a card is tried with a small payment and then, within a minute, charged with a large one.
//
//   millrace topic create card-payments && millrace topic create alarms
//   millrace job submit examples/jobs/fraud.ts
//   printf '%s\n' '{"card":"1234","at":"2026-03-01T10:00:00Z","amount":0.5}' '{"card":"1234","at":"2026-03-01T10:00:20Z","amount":900}' | millrace produce card-payments
//   millrace consume alarms --from-beginning --follow
import { job, json, kafka, minutes, pair, seconds, t, valueState } from "@millrace/streams";

const Payment = json({ card: t.string, at: t.timestamp, amount: t.double });

export interface Alarm {
  readonly card: string;
  readonly at: number;
  readonly amount: number;
}

const SMALL_BELOW = 1;
const LARGE_FROM = 500;
const WITHIN = minutes(1);

export default job("fraud", (ctx) => {
  ctx
    .source(kafka("card-payments", { value: Payment }))
    .withEventTime((payment) => payment.at, { watermark: seconds(5) })
    .map(({ card, at, amount }) => pair(card, { at, amount }))
    .process({
      variables: { triedAt: valueState<number>() },
      timers: "event",
      onRecords(card, payments, { state, timers }) {
        const alarms: Alarm[] = [];
        for (const { at, amount } of [...payments].sort((left, right) => left.at - right.at)) {
          const triedAt = state.triedAt.get();
          if (amount >= LARGE_FROM && triedAt !== undefined && at - triedAt <= WITHIN) alarms.push({ card, at, amount });
          if (amount >= SMALL_BELOW) continue;
          if (triedAt !== undefined) timers.delete(triedAt + WITHIN);
          state.triedAt.set(at);
          timers.set(at + WITHIN);
        }
        return alarms;
      },
      // Nobody charged it: the card is forgotten.
      onTimer(_card, _time, { state }) {
        state.triedAt.clear();
        return [];
      },
    })
    .named("rule")
    .to(kafka("alarms", { value: json<Alarm>() }))
    .named("written");
});
