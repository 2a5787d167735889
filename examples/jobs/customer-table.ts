// Enriches orders with the customer's data as they were at the time of the order. The customers come as a change log from their database: one record
// per change, null for a customer who is gone.
//
//   for topic in customers customer-orders orders-with-customer; do millrace topic create $topic; done
//   millrace job submit examples/jobs/customer-table.ts
//   echo '{"customer":"c1","at":"2026-03-01T09:00:00Z","data":{"country":"CH"}}' | millrace produce customers
//   echo '{"order":"o1","customer":"c1","at":"2026-03-01T10:00:00Z"}' | millrace produce customer-orders
//   millrace consume orders-with-customer --from-beginning --follow
//
// An order waits until the watermarks of both topics have reached it: a change that is on its way is not missed.
import { job, json, kafka, minutes, pair, t } from "@millrace/streams";

interface Customer {
  readonly country: string;
}

const Change = json({ customer: t.string, at: t.timestamp, data: t.json });
const Order = json({ order: t.string, customer: t.string, at: t.timestamp });

export default job("customer-table", (ctx) => {
  const customers = ctx
    .source(kafka("customers", { value: Change }))
    .withEventTime((change) => change.at, { watermark: 0, idleAfter: minutes(1) })
    .map(({ customer, data }) => pair(customer, data as Customer | null));
  const orders = ctx
    .source(kafka("customer-orders", { value: Order }))
    .withEventTime((order) => order.at, { watermark: 0 })
    .map(({ order, customer }) => pair(customer, order));

  orders
    .joinTable(customers, { type: "left-outer", asOf: "eventTime" })
    .named("customers")
    .map(([customer, [order, data]]) => ({ order, customer, country: data?.country ?? null }))
    .to(kafka("orders-with-customer", { value: json() }))
    .named("written");
});
