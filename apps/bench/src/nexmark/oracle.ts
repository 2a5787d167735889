import type { Auction, Bid, NexmarkEvent, Person } from "./events.ts";

/** One row of a result: its columns in order. */
export type ResultRow = readonly (string | number)[];

const SECOND = 1_000;
const WINDOW = 10 * SECOND;
const SLIDE = 2 * SECOND;

/**
 * Results of Nexmark's queries by plain loops over all events, sharing nothing with the jobs: what is written once is a row; of q4 and q18, whose results change,
 * the last ones; of q18 all that could be the last, where several have one time.
 */
export const ORACLE: Readonly<Record<string, (events: readonly NexmarkEvent[]) => ResultRow[]>> = {
  q0: (events) => bids(events).map(({ auction, bidder, price, dateTime, extra }) => [auction, bidder, price, dateTime, extra]),
  q1: (events) =>
    bids(events).map(({ auction, bidder, price, dateTime, extra }) => [auction, bidder, Math.round(price * 908) / 1_000, dateTime, extra]),
  q2: (events) =>
    bids(events)
      .filter(({ auction }) => auction % 123 === 0)
      .map(({ auction, price }) => [auction, price]),
  q3: (events) => {
    const sellers = groupBy(
      persons(events).filter(({ state }) => ["OR", "ID", "CA"].includes(state)),
      ({ id }) => id,
    );
    return auctions(events)
      .filter(({ category }) => category === 10)
      .flatMap(({ id, seller }) => (sellers.get(seller) ?? []).map(({ name, city, state }) => [name, city, state, id]));
  },
  q4: (events) => {
    const offers = groupBy(bids(events), ({ auction }) => auction);
    const finals = auctions(events).flatMap(({ id, category, dateTime, expires }) => {
      const valid = (offers.get(id) ?? []).filter((bid) => bid.dateTime >= dateTime && bid.dateTime <= expires);
      return valid.length === 0 ? [] : [{ category, price: Math.max(...valid.map(({ price }) => price)) }];
    });
    return Array.from(
      groupBy(finals, ({ category }) => category),
      ([category, all]) => [category, Math.floor(all.reduce((sum, { price }) => sum + price, 0) / all.length)],
    );
  },
  q5: (events) => {
    const windows = new Map<number, Map<number, number>>();
    for (const { auction, dateTime } of bids(events))
      for (let start = dateTime - (dateTime % SLIDE); start > dateTime - WINDOW; start -= SLIDE) {
        const counts = windows.get(start) ?? new Map<number, number>();
        windows.set(start, counts.set(auction, (counts.get(auction) ?? 0) + 1));
      }
    return Array.from(windows).flatMap(([start, counts]) => {
      const most = Math.max(...counts.values());
      return Array.from(counts).flatMap(([auction, count]) => (count === most ? [[auction, count, start]] : []));
    });
  },
  q7: (events) => {
    const all = bids(events);
    return Array.from(groupBy(all, ({ dateTime }) => dateTime - (dateTime % WINDOW))).flatMap(([start, within]) => {
      const greatest = within.reduce((most, { price }) => Math.max(most, price), 0);
      return all
        .filter(({ price, dateTime }) => price === greatest && dateTime >= start && dateTime <= start + WINDOW)
        .map(({ auction, price, bidder, dateTime, extra }) => [auction, price, bidder, dateTime, extra]);
    });
  },
  q8: (events) => {
    const sold = new Set(auctions(events).map(({ seller, dateTime }) => `${seller}@${dateTime - (dateTime % WINDOW)}`));
    return persons(events).flatMap(({ id, name, dateTime }) => {
      const start = dateTime - (dateTime % WINDOW);
      return sold.has(`${id}@${start}`) ? [[id, name, start]] : [];
    });
  },
  q11: (events) =>
    Array.from(groupBy(bids(events), ({ bidder }) => bidder)).flatMap(([bidder, all]) => {
      const times = all.map(({ dateTime }) => dateTime).sort((left, right) => left - right);
      const sessions: { start: number; last: number; count: number }[] = [];
      for (const time of times) {
        const session = sessions.at(-1);
        if (session !== undefined && time - session.last < WINDOW) Object.assign(session, { last: time, count: session.count + 1 });
        else sessions.push({ start: time, last: time, count: 1 });
      }
      return sessions.map(({ start, count }) => [bidder, count, start]);
    }),
  q18: (events) =>
    Array.from(groupBy(bids(events), ({ bidder, auction }) => `${bidder} ${auction}`).values()).flatMap((all) => {
      const lastMs = all.reduce((latest, { dateTime }) => Math.max(latest, dateTime), 0);
      return all
        .filter(({ dateTime }) => dateTime === lastMs)
        .map(({ auction, bidder, price, channel, url, dateTime, extra }) => [auction, bidder, price, channel, url, dateTime, extra]);
    }),
  q20: (events) => {
    const offered = groupBy(
      auctions(events).filter(({ category }) => category === 10),
      ({ id }) => id,
    );
    return bids(events).flatMap((bid) =>
      (offered.get(bid.auction) ?? []).map((auction) => [
        ...[bid.auction, bid.bidder, bid.price, bid.channel, bid.url, bid.dateTime, bid.extra],
        ...[auction.itemName, auction.description, auction.initialBid, auction.reserve, auction.dateTime, auction.expires],
        ...[auction.seller, auction.category, auction.extra],
      ]),
    );
  },
};

const persons = (events: readonly NexmarkEvent[]): Person[] => events.filter((event) => event.kind === 0);
const auctions = (events: readonly NexmarkEvent[]): Auction[] => events.filter((event) => event.kind === 1);
const bids = (events: readonly NexmarkEvent[]): Bid[] => events.filter((event) => event.kind === 2);

function groupBy<T, K>(all: readonly T[], key: (element: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const element of all) {
    const group = groups.get(key(element));
    if (group === undefined) groups.set(key(element), [element]);
    else group.push(element);
  }
  return groups;
}
