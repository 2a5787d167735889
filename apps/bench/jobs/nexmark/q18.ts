// The last bid of each bidder on each auction.
import { type Aggregator, pair } from "@millrace/streams";
import type { Bid } from "../../src/nexmark/events.ts";
import { nexmarkJob } from "./nexmark-job.ts";

const last: Aggregator<Bid, readonly Bid[], Bid | undefined> = {
  init: () => [],
  add: (kept, bid) => later(kept, [bid]),
  merge: (left, right) => later(left, right),
  result: ([bid]) => bid,
};

function later(left: readonly Bid[], right: readonly Bid[]): readonly Bid[] {
  return (left[0]?.dateTime ?? -Infinity) > (right[0]?.dateTime ?? -Infinity) ? left : right;
}

export default nexmarkJob("q18", ({ bids }, { latest }) => {
  bids
    .map((bid) => pair(`${bid.bidder} ${bid.auction}`, bid))
    .aggregateByKey(last, { mode: "update", unbounded: true })
    .flatMap(([, bid]) => (bid === undefined ? [] : [bid]))
    .map(({ auction, bidder, price, channel, url, dateTime, extra }) => ({ auction, bidder, price, channel, url, dateTime, extra }))
    .to(latest, { mode: "update", key: ({ bidder, auction }) => `${bidder} ${auction}`, value: (row) => row });
});
