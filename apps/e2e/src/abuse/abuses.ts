import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { apiVersionsApi, fetchApi, ZERO_UUID } from "@millrace/kafka-wire";
import { check } from "../scenario.ts";
import { framed, onAnswers, rawSocket, requestFrame } from "./raw-client.ts";

const CLOSE_MS_MAX = 20_000;
const ANSWER_MS_MAX = 60_000;
const HOLD_MS = 3_000;
/** Ten seconds until the first who does not read is cut, and as long again for the answers. */
const READER_MS_MAX = 20_000;
const AT_ONCE = 100;
const MEBIBYTE = 1_048_576;

export interface Abuse {
  readonly name: string;
  /** Memory that the broker may take for it, and the sum behind that. */
  readonly growthBytesMax: number;
  /** Does it, and lets go of everything at its end. Throws if the broker did not do what it must. */
  readonly run: (address: string, topic: string) => Promise<void>;
}

/** What clients do that nobody wrote well. */
export const ABUSES: readonly Abuse[] = [
  // 500 × 2 KiB of frames in the making, and 500 sockets of some 20 KiB.
  { name: "half a frame, then silence", growthBytesMax: 100 * MEBIBYTE, run: halfFrames },
  { name: "a size of 2 GiB", growthBytesMax: 100 * MEBIBYTE, run: hugeSizes },
  // 20 KiB for each socket.
  { name: "10,000 idle connections", growthBytesMax: 300 * MEBIBYTE, run: idle },
  // 256 MiB of unsent answers (unsentFetchBytesMax) and as much garbage of reads; the other connections wait for room.
  { name: "400 consumers that never read", growthBytesMax: 600 * MEBIBYTE, run: neverRead },
  { name: "a byte at a time", growthBytesMax: 100 * MEBIBYTE, run: drip },
  // Requests wait in the sockets of the clients, not here.
  { name: "20 × 5,000 requests at once", growthBytesMax: 200 * MEBIBYTE, run: pipeline },
  { name: "5,000 connects and disconnects", growthBytesMax: 200 * MEBIBYTE, run: storm },
];

async function sockets(address: string, count: number): Promise<Socket[]> {
  const found: Socket[] = [];
  while (found.length < count)
    found.push(...(await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - found.length) }, () => rawSocket(address)))));
  return found;
}

function letGo(all: readonly Socket[]): void {
  for (const socket of all) socket.destroy();
}

async function halfFrames(address: string): Promise<void> {
  const all = await sockets(address, 500);
  for (const socket of all) socket.write(framed(new Uint8Array(1_000), 100_000_000));
  await delay(HOLD_MS);
  check(
    all.every((socket) => !socket.destroyed),
    "a connection that is slow with its frame was closed: it may be slow for 10 minutes",
  );
  letGo(all);
}

async function hugeSizes(address: string): Promise<void> {
  const all = await sockets(address, 200);
  for (const socket of all) socket.resume().write(framed(new Uint8Array(10), 0x7fff_ffff));
  await waitClosed(all, "a connection with a frame of 2 GiB");
}

async function idle(address: string): Promise<void> {
  const all = await sockets(address, 10_000);
  await delay(HOLD_MS);
  const open = all.filter((socket) => !socket.destroyed).length;
  letGo(all);
  check(open === all.length, `${all.length - open} of ${all.length} idle connections were closed`);
}

/** Asks for everything again and again, and takes nothing; one who reads is served beside them all. */
async function neverRead(address: string, topic: string): Promise<void> {
  const all = await sockets(address, 400);
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 50 * MEBIBYTE }];
  const body = {
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 50 * MEBIBYTE,
    topics: [{ topic, topicId: ZERO_UUID, partitions }],
    forgottenTopicsData: [],
  };
  for (const socket of all) {
    socket.pause();
    for (let correlationId = 0; correlationId < 200; correlationId++)
      socket.write(requestFrame(fetchApi, { version: 11, correlationId, body }));
  }
  await delay(HOLD_MS);
  // Who comes after them all and reads: it may have to wait until the first of the others are cut, not longer.
  const reader = await rawSocket(address);
  let receivedBytes = 0;
  let answers = 0;
  reader.on("data", (chunk) => (receivedBytes += chunk.length));
  onAnswers(reader, () => answers++);
  const startMs = performance.now();
  for (let correlationId = 0; correlationId < 200; correlationId++)
    reader.write(requestFrame(fetchApi, { version: 11, correlationId, body }));
  await until(
    () => answers === 200,
    () => `a consumer that reads got ${answers} of 200 answers beside others that do not`,
  );
  // Smaller answers than it asked for, since little is free, but with records, and soon.
  check(receivedBytes > 8 * MEBIBYTE, `a consumer that reads got ${receivedBytes} bytes in 200 answers beside others that do not`);
  check(performance.now() - startMs < READER_MS_MAX, "a consumer that reads waited for others that do not");
  letGo([...all, reader]);
}

async function drip(address: string): Promise<void> {
  const all = await sockets(address, 500);
  const frame = requestFrame(apiVersionsApi, { version: 0, correlationId: 7, body: { clientSoftwareName: "", clientSoftwareVersion: "" } });
  let answers = 0;
  for (const socket of all) onAnswers(socket, () => answers++);
  for (const byte of frame) {
    for (const socket of all) socket.write(Uint8Array.of(byte));
    await delay(20);
  }
  await until(
    () => answers === all.length,
    () => `${answers} of ${all.length} frames that came byte by byte were answered`,
  );
  letGo(all);
}

async function pipeline(address: string): Promise<void> {
  const all = await sockets(address, 20);
  const requests = 5_000;
  let answers = 0;
  for (const socket of all) {
    let next = 0;
    onAnswers(socket, (correlationId) => {
      if (correlationId !== next++) socket.destroy();
      answers++;
    });
    const body = { clientSoftwareName: "", clientSoftwareVersion: "" };
    socket.write(
      Buffer.concat(
        Array.from({ length: requests }, (_, correlationId) => requestFrame(apiVersionsApi, { version: 0, correlationId, body })),
      ),
    );
  }
  await until(
    () => answers === all.length * requests,
    () => `${answers} of ${all.length * requests} pipelined requests were answered in order`,
  );
  letGo(all);
}

async function storm(address: string): Promise<void> {
  for (let round = 0; round < 50; round++) {
    const all = await sockets(address, AT_ONCE);
    for (const [index, socket] of all.entries()) if (index % 3 === 0) socket.write(framed(new Uint8Array(100), 5_000));
    letGo(all);
  }
}

async function waitClosed(all: readonly Socket[], what: string): Promise<void> {
  const open = (): number => all.filter((socket) => !socket.destroyed).length;
  const endMs = performance.now() + CLOSE_MS_MAX;
  while (open() > 0 && performance.now() < endMs) await delay(20);
  const left = open();
  letGo(all);
  check(left === 0, `${what} is still open (${left} of ${all.length})`);
}

async function until(holds: () => boolean, message: () => string): Promise<void> {
  const endMs = performance.now() + ANSWER_MS_MAX;
  while (!holds() && performance.now() < endMs) await delay(20);
  check(holds(), message());
}
