import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Transcript } from "./transcript.ts";

const NAMES = ["a", "b", "c"];

/** A member as clients of the protocol behave: it says what it owns unless it is still busy with what it was told. */
interface Client {
  isIn: boolean;
  owned: Set<string>;
  /** Told, not done yet. */
  told: Set<string> | undefined;
}

type Action = readonly [kind: string, who: string, extra: string];

const action = fc.tuple(
  fc.constantFrom(
    "beat",
    "beat",
    "beat",
    "lazy",
    "lazy",
    "lost",
    "do",
    "do",
    "join",
    "join",
    "leave",
    "crash",
    "topics",
    "clock",
    "hold",
    "release",
    "fail",
    "failover",
  ),
  fc.constantFrom(...NAMES),
  fc.constantFrom("2", "4", "7"),
);

class World {
  readonly transcript = new Transcript();
  readonly clients = new Map<string, Client>(NAMES.map((name) => [name, { isIn: false, owned: new Set(), told: undefined }]));

  act([kind, who, extra]: Action): void {
    const client = this.client(who);
    const isBusy = [...this.transcript.open.values()].includes(who); // one call at a time
    switch (kind) {
      case "join":
        if (client.isIn || isBusy) return;
        return this.hear(this.transcript.run(`chb ${who} join id=${who} own=`), { isLazy: false });
      case "beat":
      case "lazy":
      case "lost": {
        if (!client.isIn || isBusy) return;
        const outcome = this.transcript.run(`chb ${who} ${client.told === undefined ? `own=${ownedText(client)}` : ""}`);
        if (kind !== "lost") this.hear(outcome, { isLazy: kind === "lazy" });
        return;
      }
      case "do":
        return this.do(client);
      case "leave":
        if (!client.isIn || isBusy) return;
        this.forget(client);
        return this.hear(this.transcript.run(`chb ${who} leave`), { isLazy: false });
      case "crash":
        return this.forget(client);
      case "topics":
        return this.hear(this.transcript.run(`topics t=${extra}`), { isLazy: false });
      case "clock":
        return this.hear(this.transcript.run("clock 4000"), { isLazy: false });
      default:
        return this.hear(this.transcript.run(kind), { isLazy: false });
    }
  }

  /** All answers of a command, for whomever they are. */
  hear(outcome: string, { isLazy }: { readonly isLazy: boolean }): void {
    for (const part of outcome.split("; ")) {
      const [who = "", verb, value, , has] = part.split(" ");
      const client = this.clients.get(who);
      if (client === undefined) continue;
      if (verb === "epoch") this.#told(client, { epoch: Number(value), has, isLazy });
      else if (verb === "25" || verb === "110" || verb === "69") this.forget(client);
    }
  }

  do(client: Client): void {
    if (client.told !== undefined) client.owned = client.told;
    client.told = undefined;
  }

  forget(client: Client): void {
    Object.assign(client, { isIn: false, owned: new Set(), told: undefined });
  }

  client(who: string): Client {
    const client = this.clients.get(who);
    if (client === undefined) throw new Error(`no client ${who}`);
    return client;
  }

  assertOwnedOnce(): void {
    const all = [...this.clients.values()].flatMap(({ owned }) => [...owned]);
    expect(all.length).toBe(new Set(all).size);
  }

  #told(client: Client, answer: { readonly epoch: number; readonly has: string | undefined; readonly isLazy: boolean }): void {
    if (answer.epoch < 0) return;
    client.isIn = true;
    if (answer.has === undefined) return;
    const numbers = answer.has.startsWith("t:") ? answer.has.slice(2).split(".") : [];
    client.told = new Set(numbers);
    if (!answer.isLazy) this.do(client);
  }
}

function ownedText({ owned }: Client): string {
  return owned.size === 0 ? "" : `t:${[...owned].sort().join(".")}`;
}

describe("a KIP-848 group under any order of events", () => {
  it("never has a partition at two members, is what its log says, and settles", () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 5, maxLength: 80 }), (actions) => {
        const world = new World();
        world.act(["topics", "a", "4"]);
        for (const each of actions) {
          world.act(each);
          world.assertOwnedOnce();
          expect(world.transcript.timers.size).toBeLessThanOrEqual(2 * NAMES.length + 1);
        }
        world.act(["release", "a", ""]);
        expect(world.transcript.replay()).toEqual(world.transcript.state.store);
        for (let round = 0; round < 20; round++) {
          for (const name of NAMES) {
            world.do(world.client(name));
            world.act(["join", name, ""]);
            world.act(["beat", name, ""]);
            world.assertOwnedOnce();
          }
          world.act(["clock", "a", ""]);
        }
        const loads = NAMES.map((name) => world.client(name).owned.size);
        expect(loads.reduce((sum, load) => sum + load)).toBe(world.transcript.state.topics.get("t"));
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
        expect(world.transcript.run("cdescribe")).toMatch(/^cdescribe g Stable /);
        expect(world.transcript.replay()).toEqual(world.transcript.state.store);
      }),
      { numRuns: 300 },
    );
  });
});
