// Which orders were paid within ten minutes, and which were not? A join of two streams by order and time.
//
//   millrace topic create orders && millrace topic create payments && millrace topic create settled
//   millrace job submit examples/jobs/orders-in-time.ts
//   echo '{"order":"a","at":"2026-03-01T10:00:00Z","amount":10}' | millrace produce orders
//   echo '{"order":"a","at":"2026-03-01T10:04:00Z","amount":10}' | millrace produce payments
//   millrace consume settled --from-beginning --follow
//
// An order without payment is written when the watermarks of both topics say that none can come in time any more.
import { job, json, kafka, minutes, pair, t } from "@millrace/streams";

const Order = json({ order: t.string, at: t.timestamp, amount: t.double });

export interface Settled {
  readonly order: string;
  readonly amount: number;
  /** Milliseconds from order to payment; absent: it was not paid in time. */
  readonly paidAfter?: number;
}

export default job("orders-in-time", (ctx) => {
  const options = { watermark: minutes(1) };
  const orders = ctx
    .source(kafka("orders", { value: Order }))
    .withEventTime((order) => order.at, options)
    .map(({ order, at, amount }) => pair(order, { at, amount }));
  const payments = ctx
    .source(kafka("payments", { value: Order }))
    .withEventTime((payment) => payment.at, options)
    .map(({ order, at, amount }) => pair(order, { at, amount }));

  orders
    .joinWithin(payments, { before: 0, after: minutes(10), type: "left-outer", where: (order, payment) => payment.amount >= order.amount })
    .named("paid-in-time")
    .map(([order, [{ at, amount }, payment]]): Settled => ({
      order,
      amount,
      ...(payment === undefined ? {} : { paidAfter: payment.at - at }),
    }))
    .to(kafka("settled", { value: json<Settled>() }))
    .named("written");
});
