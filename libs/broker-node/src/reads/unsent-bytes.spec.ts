import { beforeEach, describe, expect, it } from "@jest/globals";
import type { KafkaConnection } from "@millrace/ports";
import { ManualClock } from "@millrace/testkit";
import { UNREAD_MS_MAX, UNSENT_SHARE_BYTES_MIN } from "../limits.ts";
import { type AnswerRoom, UnsentBytes } from "./unsent-bytes.ts";

const BYTES_MAX = 64 * UNSENT_SHARE_BYTES_MIN;

describe("UnsentBytes", () => {
  let clock: ManualClock;
  let unsent: UnsentBytes;
  let cut: number[];
  let nextId: number;

  beforeEach(() => {
    clock = new ManualClock();
    unsent = new UnsentBytes(BYTES_MAX, clock);
    cut = [];
    nextId = 1;
  });

  /** A client that takes its answers when it is told to; one that is cut lets go of them. */
  function client(): AnswerRoom & { readonly id: number; read(): void } {
    const id = nextId++;
    let held: (() => void)[] = [];
    const read = (): void => {
      for (const run of held.splice(0)) run();
    };
    const connection: KafkaConnection = {
      id,
      peer: "client:1",
      signal: new AbortController().signal,
      afterSent: (run) => (held = [...held, run]),
      cut: () => {
        cut.push(id);
        read();
      },
    };
    return { ...unsent.of(connection), id, read };
  }

  /** So many who take what they may and read nothing. */
  function fill(): ReturnType<typeof client>[] {
    const clients: ReturnType<typeof client>[] = [];
    for (let one = client(); one.share() > 0; one = client()) {
      one.hold(one.share());
      clients.push(one);
    }
    return clients;
  }

  it("gives an eighth of what is free, so that the first who does not read leaves most to others", () => {
    const [first, second] = [client(), client()];
    expect(first.share()).toBe(BYTES_MAX / 8);
    first.hold(first.share());
    expect(second.share()).toBe((BYTES_MAX * 7) / 64);
    first.read();
    expect(second.share()).toBe(BYTES_MAX / 8);
  });

  it("is never above its bound, however many do not read", () => {
    const clients = fill();
    expect(clients.length).toBeGreaterThan(20);
    expect(unsent.bytes).toBeLessThanOrEqual(BYTES_MAX);
    expect(client().share()).toBe(0);
    for (const each of clients) each.read();
    expect(unsent.bytes).toBe(0);
  });

  it("wakes those who wait in their order, as many as there is room for", () => {
    const clients = fill();
    const woken: number[] = [];
    for (const id of [1, 2, 3]) client().onRoom(() => woken.push(id));
    const stop = client().onRoom(() => woken.push(4));
    clients.at(-1)?.read(); // the smallest share
    expect(woken).toEqual([1]);
    stop();
    clients[0]?.read();
    expect(woken).toEqual([1, 2, 3]);
  });

  it("cuts who has left an answer unread for longest, while somebody waits and not before", async () => {
    const [first, second] = fill();
    await clock.advance(2 * UNREAD_MS_MAX);
    expect(cut).toEqual([]);
    let isWoken = false;
    client().onRoom(() => (isWoken = true));
    await clock.advance(1);
    expect(cut).toEqual([first?.id]);
    expect(isWoken).toBe(true);
    await clock.advance(UNREAD_MS_MAX);
    expect(cut).toEqual([first?.id]); // nobody waits any more
    expect(second).toBeDefined();
  });

  it("cuts nobody who has had less time", async () => {
    fill();
    client().onRoom(() => undefined);
    await clock.advance(UNREAD_MS_MAX - 1);
    expect(cut).toEqual([]);
    await clock.advance(1);
    expect(cut).toHaveLength(1);
  });
});
