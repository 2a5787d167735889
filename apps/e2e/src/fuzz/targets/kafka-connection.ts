import { createKafkaListener } from "@millrace/kafka-net";
import { apiVersionsApi, encodeRequestHeader, WireWriter } from "@millrace/kafka-wire";
import { SILENT_LOGGER } from "@millrace/ports";
import { connect, type Socket } from "node:net";
import { SimulatedCluster } from "../../power/simulated-cluster.ts";
import type { FuzzTarget, OpenTarget } from "../fuzz-target.ts";
import { goldenVectors } from "./kafka-codecs.ts";
import { repaired, sampleBatches } from "./record-batches.ts";

const SENTINEL = 0x5e_47_17_e1;
/** Simulated time within which a frame is answered: the longest wait that a client can ask for is bounded by its own request, the groups' by 30 minutes. */
const ANSWER_MS_MAX = 7_200_000;
/** Real turns of the event loop before time passes: sockets need some. */
const TURNS = 40;
/** A cluster is left after so many frames: topics and groups that they made do not pile up. */
const FRAMES_PER_CLUSTER = 10_000;

/** The whole door: a real socket, the real splitter, the real handlers, a real broker on a simulated disk. */
export const kafkaConnectionTarget: FuzzTarget = { name: "kafka-connection", open: openDoor };

function openDoor(): OpenTarget {
  let door: Door | undefined;
  let frames = 0;
  return {
    corpus: requests(),
    run: async (bytes) => {
      if (door === undefined || ++frames % FRAMES_PER_CLUSTER === 0) {
        await door?.close();
        door = await Door.open();
      }
      await door.send(bytes);
    },
    close: async () => door?.close(),
  };
}

/** Every golden request under its header, and produce requests with batches that are right. */
function requests(): readonly Uint8Array[] {
  const golden = goldenVectors().filter(({ side }) => side === "request");
  const bodies = golden.map(({ api, version, bytes }) => withHeader({ key: api.key, version }, bytes));
  const produced = sampleBatches().map((batch) => {
    const writer = new WireWriter();
    writer.writeNullableString(null, false);
    for (const value of [-1]) writer.writeInt16(value);
    for (const value of [1_000, 1]) writer.writeInt32(value);
    writer.writeNullableString("t", false);
    for (const value of [1, 0, batch.length]) writer.writeInt32(value);
    return withHeader({ key: 0, version: 7 }, Buffer.concat([...writer.finish(), repaired(batch)]));
  });
  return [...bodies, ...produced];
}

function withHeader({ key, version }: { key: number; version: number }, body: Uint8Array): Uint8Array {
  const writer = new WireWriter();
  encodeRequestHeader(writer, { apiKey: key, apiVersion: version, correlationId: 1, clientId: "fuzz" });
  return new Uint8Array(Buffer.concat([...writer.finish(), body]));
}

class Door {
  readonly #cluster: SimulatedCluster;
  readonly #port: number;
  #socket: Socket | undefined;
  #received = Buffer.alloc(0);
  #isClosed = true;

  private constructor(cluster: SimulatedCluster, port: number) {
    this.#cluster = cluster;
    this.#port = port;
  }

  static async open(): Promise<Door> {
    const kafkaListener = createKafkaListener({ logger: SILENT_LOGGER });
    const cluster = await SimulatedCluster.start({ seed: 1, brokers: 1, mount: (storage) => storage, kafkaListener });
    await cluster.run(cluster.client().admin().createTopic({ name: "t", partitions: 1 }));
    return new Door(cluster, Number(cluster.kafkaAddresses[0]?.split(":").at(-1)));
  }

  /** Sends a frame and a sentinel behind it: either the sentinel is answered, or the connection is closed. Nothing else is right. */
  async send(frame: Uint8Array): Promise<void> {
    const socket = await this.#connected();
    if (frame.length > 0) socket.write(Buffer.concat([sizeOf(frame.length), frame]));
    socket.write(sentinel());
    for (let passedMs = 0, stepMs = 10; !this.#isAnswered(); passedMs += stepMs, stepMs = Math.min(stepMs * 2, 60_000)) {
      if (passedMs > ANSWER_MS_MAX) throw new Error("the connection was neither answered nor closed");
      for (let turn = 0; turn < TURNS && !this.#isAnswered(); turn++) await new Promise((resolve) => setImmediate(resolve));
      if (!this.#isAnswered()) await this.#cluster.clock.advance(stepMs);
    }
    this.#received = Buffer.alloc(0);
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    await this.#cluster.stop();
  }

  #isAnswered(): boolean {
    return this.#isClosed || this.#received.includes(SENTINEL_BYTES);
  }

  async #connected(): Promise<Socket> {
    if (this.#socket !== undefined && !this.#isClosed) return this.#socket;
    const socket = connect(this.#port, "127.0.0.1");
    this.#socket = socket;
    this.#isClosed = false;
    this.#received = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on("data", (chunk) => (this.#received = Buffer.concat([this.#received, chunk])));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (this.#socket === socket) this.#isClosed = true;
    });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return socket;
  }
}

const SENTINEL_BYTES = sizeOf(SENTINEL);

function sizeOf(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(length);
  return bytes;
}

function sentinel(): Buffer {
  const writer = new WireWriter();
  encodeRequestHeader(writer, { apiKey: apiVersionsApi.key, apiVersion: 0, correlationId: SENTINEL, clientId: "sentinel" });
  const frame = Buffer.concat(writer.finish());
  return Buffer.concat([sizeOf(frame.length), frame]);
}
