// Prices in euros, to the tenth of a cent.
import { nexmarkJob } from "./nexmark-job.ts";

export default nexmarkJob("q1", ({ bids }, { rows }) => {
  bids
    .map(({ auction, bidder, price, dateTime, extra }) => ({ auction, bidder, price: Math.round(price * 908) / 1_000, dateTime, extra }))
    .to(rows);
});
