// The highest bid of every 10 seconds: the greatest price, then all bids of that price between the window's ends, both included.
import { max, pair, seconds } from "@millrace/streams";
import { nexmarkJob } from "./nexmark-job.ts";

export default nexmarkJob("q7", ({ bids }, { rows }) => {
  const offers = bids.map((bid) => pair(bid.price, bid));
  bids
    .map(({ price }) => pair(0, price))
    .windowByTime({ tumbling: seconds(10) })
    .aggregateByKey(max<number>())
    .named("greatest")
    .map(({ window, value }) => pair(value ?? 0, window))
    // A result's time is just before its window's end.
    .joinWithin(offers, {
      before: seconds(10),
      after: 1,
      where: (window, { dateTime }) => dateTime >= window.start && dateTime <= window.end,
    })
    .map(([, [, { auction, price, bidder, dateTime, extra }]]) => ({ auction, price, bidder, dateTime, extra }))
    .to(rows);
});
