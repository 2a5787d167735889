// Bids on some auctions.
import { nexmarkJob } from "./nexmark-job.ts";

export default nexmarkJob("q2", ({ bids }, { rows }) => {
  bids
    .filter(({ auction }) => auction % 123 === 0)
    .map(({ auction, price }) => ({ auction, price }))
    .to(rows);
});
