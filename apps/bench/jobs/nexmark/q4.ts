// Average closing price of each category: the greatest valid bid of each auction, then the mean of those. Both change with every bid that counts.
import { type Aggregator, pair, StateSpec } from "@millrace/streams";
import { nexmarkJob } from "./nexmark-job.ts";

/** What a bid changes in its category: by how much the sum of the greatest bids rises, and how many auctions more have one. */
interface Change {
  readonly category: number;
  readonly rise: number;
  readonly auctions: number;
}

const greatest = StateSpec.function<number, { readonly category: number; readonly price: number }, number, Change | undefined>(
  (_time, _auction, offer, state) => {
    if (offer === undefined) return undefined;
    const before = state.getOption();
    if (before !== undefined && before >= offer.price) return undefined;
    state.update(offer.price);
    return { category: offer.category, rise: offer.price - (before ?? 0), auctions: before === undefined ? 1 : 0 };
  },
);

const mean: Aggregator<Change, readonly [sum: number, auctions: number], number> = {
  init: () => [0, 0],
  add: ([sum, count], { rise, auctions }) => [sum + rise, count + auctions],
  merge: (left, right) => [left[0] + right[0], left[1] + right[1]],
  result: ([sum, count]) => Math.floor(sum / count),
};

export default nexmarkJob("q4", ({ auctions, bids }, { latest }) => {
  const offers = bids.map(({ auction, price, dateTime }) => pair(auction, { price, dateTime }));
  auctions
    .map(({ id, category, dateTime, expires }) => pair(id, { category, dateTime, expires }))
    .joinAll(offers, { unbounded: true, where: (auction, bid) => bid.dateTime >= auction.dateTime && bid.dateTime <= auction.expires })
    .map(([id, [{ category }, { price }]]) => pair(id, { category, price }))
    .mapWithState(greatest)
    .named("greatest")
    .filter((change) => change !== undefined)
    .map((change) => pair(change.category, change))
    .aggregateByKey(mean, { mode: "update", unbounded: true })
    .map(([category, average]) => ({ category, average }))
    .to(latest, { mode: "update", key: ({ category }) => String(category), value: (row) => row });
});
