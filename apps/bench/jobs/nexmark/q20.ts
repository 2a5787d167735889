// Bids with the auctions of category 10 that they are for: a join over all time.
import { pair } from "@millrace/streams";
import { nexmarkJob } from "./nexmark-job.ts";

export default nexmarkJob("q20", ({ auctions, bids }, { rows }) => {
  const offers = bids.map((bid) => pair(bid.auction, bid));
  auctions
    .filter(({ category }) => category === 10)
    .map((auction) => pair(auction.id, auction))
    .joinAll(offers, { unbounded: true })
    .map(([auction, [of, bid]]) => ({
      auction,
      ...{ bidder: bid.bidder, price: bid.price, channel: bid.channel, url: bid.url, dateTime: bid.dateTime, extra: bid.extra },
      ...{ itemName: of.itemName, description: of.description, initialBid: of.initialBid, reserve: of.reserve, adateTime: of.dateTime },
      ...{ expires: of.expires, seller: of.seller, category: of.category, aextra: of.extra },
    }))
    .to(rows);
});
