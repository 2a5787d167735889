// Joins orders with payments of the same seconds, and tells which orders wait for a payment.
//
//   millrace topic create orders && millrace topic create payments && millrace topic create paid && millrace topic create waiting
//   millrace job submit examples/jobs/orders-payments.ts
//   printf 'a 10\nb 20\n' | millrace produce orders --key-separator " "
//   printf 'a 10\n' | millrace produce payments --key-separator " "
//   millrace consume paid --from-beginning --follow --key-separator " "
import { job, json, kafka, pair, seconds, type State, StateSpec, string } from "@millrace/streams";

interface Change {
  readonly ordered: readonly number[];
  readonly paid: readonly number[];
}

export default job("orders-payments", (ctx) => {
  const orders = ctx.source(kafka("orders", { key: string(), value: json<number>() }));
  const payments = ctx.source(kafka("payments", { key: string(), value: json<number>() }));

  // Batch against batch: windows of ten seconds on both sides, each pair once per second that both are in.
  orders
    .window(seconds(10))
    .join(payments.window(seconds(10)))
    .filter(([, [ordered, paid]]) => ordered === paid)
    .transform((batch) => batch.distinct().sortBy(([left], [right]) => (left < right ? -1 : 1)))
    .mapValues(([ordered]) => ordered)
    .to(kafka("paid", { key: string(), value: json<number>() }));

  // What an order still lacks; an order without a change for a minute is given up.
  const open = orders.cogroup(payments).mapValues(([ordered, paid]): Change => ({ ordered, paid }));
  open
    .mapWithState(
      StateSpec.function((_, order: string, change: Change | undefined, state: State<number>) => {
        if (state.isTimingOut()) return pair(order, { waiting: state.get(), givenUp: true });
        const before = state.getOption() ?? 0;
        const waiting =
          [...(change?.ordered ?? [])].reduce((sum, amount) => sum + amount, before) -
          (change?.paid ?? []).reduce((sum, amount) => sum + amount, 0);
        if (waiting !== 0) state.update(waiting);
        else if (state.exists()) state.remove();
        return pair(order, { waiting, givenUp: false });
      }).timeout(seconds(60)),
    )
    .named("open-orders")
    .to(kafka("waiting", { key: string(), value: json() }));
});
