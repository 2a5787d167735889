import { setTimeout as delay } from "node:timers/promises";
import type { Client, Producer } from "@millrace/client";

export interface Order {
  readonly shop: string;
  readonly amount: number;
  readonly at: number;
}

const SHOPS = 20;

/** Some orders at a steady pace, from now on; what is refused is lost, as in a client that has better things to do. */
export class SteadyOrders {
  readonly #producer: Producer;
  readonly #over = new AbortController();
  readonly #running: Promise<void>;

  private constructor(producer: Producer, running: (signal: AbortSignal) => Promise<void>) {
    this.#producer = producer;
    this.#running = running(this.#over.signal);
  }

  static async start(
    client: Client,
    { topic, partition, perSecond }: { readonly topic: string; readonly partition?: number; readonly perSecond: number },
  ): Promise<SteadyOrders> {
    const producer = client.producer({ idempotent: false, deliveryTimeoutMs: 5_000 });
    await producer.open([topic]);
    const everyMs = 100;
    return new SteadyOrders(producer, async (signal) => {
      for (let round = 0; !signal.aborted; round++) {
        for (let index = 0; index < (perSecond * everyMs) / 1_000; index++)
          producer.send(topic, {
            ...recordOf({ shop: `shop-${index % SHOPS}`, amount: round % 90, at: Date.now() }),
            ...(partition === undefined ? {} : { partition }),
          });
        await producer.flush().catch(() => undefined);
        await delay(everyMs, undefined, { signal }).catch(() => undefined);
      }
    });
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#running;
    await this.#producer.close({ discard: true });
  }
}

/** Orders that are sent once and must arrive. */
export async function sendOrders(
  client: Client,
  { topic, orders, timestampMs }: { readonly topic: string; readonly orders: readonly Order[]; readonly timestampMs?: number },
): Promise<void> {
  const producer = client.producer();
  await producer.open([topic]);
  for (const order of orders) {
    if (!producer.send(topic, { ...recordOf(order), ...(timestampMs === undefined ? {} : { timestampMs }) })) await producer.ready();
  }
  await producer.flush();
  await producer.close();
}

function recordOf(order: Order): { readonly key: Uint8Array; readonly value: Uint8Array } {
  return { key: Buffer.from(order.shop), value: Buffer.from(JSON.stringify(order)) };
}
