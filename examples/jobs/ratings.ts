// Asks a service for the rating of each customer who orders, many at a time, and puts aside what has to be looked at by hand.
//
//   for topic in credit-orders rated-orders; do millrace topic create $topic; done
//   millrace job submit examples/jobs/ratings.ts
//   echo '{"order":"o1","customer":"ada","amount":120}' | millrace produce credit-orders
//   millrace consume rated-orders --from-beginning --follow
//
// Each answer is written down before anything that follows from it leaves the job: a batch that is repeated after a crash has the answers that it had before, so that both
// topics agree, though the service would say something else by then.
import { type AsyncCall, job, json, kafka, milliseconds, seconds, t } from "@millrace/streams";

const Order = json({ order: t.string, customer: t.string, amount: t.double });

/** Stands for a service: `fetch(url, { signal })` in its place, which ends when the time is over. */
function ratingOf(customer: string, { signal }: AsyncCall): Promise<number> {
  return new Promise((resolve, reject) => {
    if (customer === "nobody") reject(new Error("no such customer"));
    const timer = setTimeout(() => {
      resolve(customer.length);
    }, 5);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
    });
  });
}

export default job("ratings", (ctx) => {
  ctx
    .source(kafka("credit-orders", { value: Order }))
    .mapAsync(async ({ order, customer, amount }, call) => ({ order, amount, rating: await ratingOf(customer, call) }), {
      capacity: 50,
      timeout: seconds(2),
      retries: 2,
      retryAfter: milliseconds(50),
      otherwise: ({ order, amount }) => ({ order, amount, rating: 0 }),
    })
    .named("rated")
    .map(({ order, amount, rating }) => ({ order, granted: amount <= rating * 100 }))
    .to(kafka("rated-orders", { value: json() }));
});
