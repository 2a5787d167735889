import { EventRandom } from "./event-random.ts";
import type { Auction, Bid, NexmarkEvent, Person } from "./events.ts";

export interface NexmarkSettings {
  readonly seed: number;
  /** Of event time. */
  readonly eventsPerSecond: number;
  /** Out-of-order group: events of so many in a row come in another order; 1: in order. */
  readonly group: number;
}

export const NEXMARK_DEFAULTS: NexmarkSettings = { seed: 1, eventsPerSecond: 100_000, group: 1 };

const BASE_MS = 1_436_918_400_000;
const FIRST_PERSON = 1_000;
const FIRST_AUCTION = 1_000;
const FIRST_CATEGORY = 10;
const CATEGORIES = 5;
/** Of 50 events one is a person, three are auctions. */
const CYCLE = 50;
const AUCTIONS_PER_CYCLE = 3;
const IN_FLIGHT_AUCTIONS = 100;
const ACTIVE_PEOPLE = 1_000;
/** Ids may be named that many before they exist. */
const LEAD = 10;
const HOT = 100;
/** Events until about as many auctions more have begun as are in flight. */
const EVENTS_IN_FLIGHT = Math.floor((IN_FLIGHT_AUCTIONS * CYCLE) / AUCTIONS_PER_CYCLE);

/** Event k of a stream, in the order in which it is written. One generator of Nexmark's; a function of its number and the settings alone. */
export function nexmarkEvent(k: number, settings: NexmarkSettings = NEXMARK_DEFAULTS): NexmarkEvent {
  const { group } = settings;
  const n = Math.floor(k / group) * group + ((953 * k) % group);
  const random = new EventRandom(settings.seed, n);
  const [epoch, offset] = [Math.floor(n / CYCLE), n % CYCLE];
  const at = { n, epoch, offset, dateTime: timeOf(n, settings), settings };
  if (offset === 0) return personOf(random, at);
  return offset <= AUCTIONS_PER_CYCLE ? auctionOf(random, at) : bidOf(random, at);
}

/** Time of event number j. */
function timeOf(j: number, { eventsPerSecond }: NexmarkSettings): number {
  return BASE_MS + Math.floor(Math.floor((j * 1e6) / eventsPerSecond) / 1_000);
}

interface At {
  readonly n: number;
  readonly epoch: number;
  readonly offset: number;
  readonly dateTime: number;
  readonly settings: NexmarkSettings;
}

function personOf(random: EventRandom, { epoch, dateTime }: At): Person {
  const name = `${pick(random, FIRST_NAMES)} ${pick(random, LAST_NAMES)}`;
  const emailAddress = `${random.text(7)}@${random.text(5)}.com`;
  const creditCard = Array.from({ length: 4 }, () => String(random.below(10_000)).padStart(4, "0")).join(" ");
  const [city, state] = [pick(random, CITIES), pick(random, STATES)];
  const size = 8 + name.length + emailAddress.length + creditCard.length + city.length + state.length;
  return { kind: 0, id: epoch + FIRST_PERSON, name, emailAddress, creditCard, city, state, dateTime, extra: random.extra(size, 200) };
}

function auctionOf(random: EventRandom, at: At): Auction {
  const { n, epoch, dateTime, settings } = at;
  const id = lastAuction(at) + FIRST_AUCTION;
  const seller = (random.below(4) > 0 ? Math.floor(epoch / HOT) * HOT : anyPerson(random, epoch)) + FIRST_PERSON;
  const category = FIRST_CATEGORY + random.below(CATEGORIES);
  const initialBid = random.price();
  const horizon = timeOf(n + EVENTS_IN_FLIGHT, settings) - dateTime;
  const expires = dateTime + 1 + random.below(Math.max(2 * horizon, 1));
  const [itemName, description] = [random.text(20), random.text(100)];
  const reserve = initialBid + random.price();
  const extra = random.extra(48 + itemName.length + description.length, 500);
  return { kind: 1, id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra };
}

function bidOf(random: EventRandom, at: At): Bid {
  const { epoch, dateTime } = at;
  const last = lastAuction(at);
  const auction = (random.below(2) > 0 ? Math.floor(last / HOT) * HOT : anyAuction(random, last)) + FIRST_AUCTION;
  const bidder = (random.below(4) > 0 ? Math.floor(epoch / HOT) * HOT + 1 : anyPerson(random, epoch)) + FIRST_PERSON;
  const price = random.price();
  const { channel, url } = channelOf(random);
  return { kind: 2, auction, bidder, price, channel, url, dateTime, extra: random.extra(32 + channel.length + url.length, 100) };
}

/** The newest auction that event exists with. */
function lastAuction({ epoch, offset }: At): number {
  if (offset === 0) return 3 * epoch - 1;
  return offset <= AUCTIONS_PER_CYCLE ? 3 * epoch + offset - 1 : 3 * epoch + 2;
}

function anyPerson(random: EventRandom, lastPerson: number): number {
  const people = lastPerson + 1;
  const active = Math.min(people, ACTIVE_PEOPLE);
  return people - active + random.below(active + LEAD);
}

function anyAuction(random: EventRandom, last: number): number {
  const least = Math.max(last - IN_FLIGHT_AUCTIONS, 0);
  return least + random.below(last - least + 1 + LEAD);
}

interface Channel {
  readonly channel: string;
  readonly url: string;
}

const HOT_CHANNELS = ["Google", "Facebook", "Baidu", "Apple"];
const CHANNELS = 10_000;
const channels = new Map<number, Channel>();

/** Each channel has one address for ever. */
function channelOf(random: EventRandom): Channel {
  const index = random.below(2) > 0 ? -1 - random.below(HOT_CHANNELS.length) : random.below(CHANNELS);
  const known = channels.get(index);
  if (known !== undefined) return known;
  const own = new EventRandom(CHANNEL_SEED, index + CHANNELS);
  const base = `https://www.nexmark.com/${own.text(5, "_")}/${own.text(5, "_")}/${own.text(5, "_")}/item.htm?query=1`;
  const hasId = index >= 0 && own.below(10) > 0;
  const channel = index < 0 ? (HOT_CHANNELS[-1 - index] ?? "") : `channel-${index}`;
  const made = { channel, url: hasId ? `${base}&channel_id=${Math.abs(reversedBits(index))}` : base };
  channels.set(index, made);
  return made;
}

const CHANNEL_SEED = 7;

function reversedBits(value: number): number {
  let [rest, reversed] = [value, 0];
  for (let bit = 0; bit < 32; bit++) {
    reversed = (reversed << 1) | (rest & 1);
    rest >>>= 1;
  }
  return reversed;
}

function pick(random: EventRandom, of: readonly string[]): string {
  return of[random.below(of.length)] ?? "";
}

const FIRST_NAMES = ["Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"];
const LAST_NAMES = ["Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"];
const CITIES = ["Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"];
const STATES = ["AZ", "CA", "ID", "OR", "WA", "WY"];
