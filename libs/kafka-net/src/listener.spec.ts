import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type KafkaAnswer, type KafkaConnection, type KafkaServer, type Logger, SILENT_LOGGER } from "@millrace/ports";
import { createDeferred } from "@millrace/stdx";
import { netErrors } from "./errors.ts";
import { createKafkaListener, type KafkaListenerOptions } from "./listener.ts";

const PRODUCE = 0;
const FETCH = 1;

const servers: KafkaServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.stop({ deadlineMs: 0 })));
});

type Handle = (frame: Uint8Array) => Promise<KafkaAnswer | undefined>;

/** Handlers that look at their frame when they like. */
async function listen(
  onConnection: (connection: KafkaConnection) => Handle,
  options: Partial<KafkaListenerOptions> = {},
): Promise<KafkaServer> {
  const server = await createKafkaListener({ logger: SILENT_LOGGER, ...options }).listen("127.0.0.1:0", (connection) => {
    const handle = onConnection(connection);
    return (request) => {
      handle(request.keep()).then(
        (answer) => request.answer(answer),
        (error: unknown) => request.fail(error),
      );
    };
  });
  servers.push(server);
  return server;
}

async function client(server: KafkaServer): Promise<Socket> {
  const socket = connect(Number(server.address.split(":").at(-1)), "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  return socket;
}

function frame(key: number, ...body: readonly number[]): Uint8Array {
  return Uint8Array.from([0, 0, 0, body.length + 2, 0, key, ...body]);
}

function answer(...body: readonly number[]): KafkaAnswer {
  return { parts: [Uint8Array.from([0, 0, 0, body.length]), Uint8Array.from(body)] };
}

/** Resolves with the first bytes of what comes. */
async function read(socket: Socket, count: number): Promise<number[]> {
  const bytes: number[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    bytes.push(...chunk);
    if (bytes.length >= count) break;
  }
  return bytes;
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => (socket.destroyed ? resolve() : socket.once("close", () => resolve())));

function logged(): { logger: Logger; reasons: Promise<string> } {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { logger: { ...SILENT_LOGGER, warn: (_, values) => resolve(String(values?.["code"])) }, reasons: promise };
}

describe("KafkaListener", () => {
  it("answers in the order of requests, whichever is ready first", async () => {
    const begun: number[] = [];
    const last = Promise.withResolvers<undefined>();
    const server = await listen(() => async (request) => {
      begun.push(request[2] ?? -1);
      if (begun.length === 3) last.resolve(undefined);
      else await last.promise;
      return answer(request[2] ?? -1);
    });
    const socket = await client(server);
    socket.write(Buffer.concat([frame(PRODUCE, 1), frame(PRODUCE, 2), frame(PRODUCE, 3)]));
    expect(await read(socket, 15)).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 1, 2, 0, 0, 0, 1, 3]);
  });

  it("begins a request that is no Produce when everything before it is answered", async () => {
    let underWay = 0;
    let most = 0;
    const server = await listen(() => async (request) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return answer(request[2] ?? -1);
    });
    const socket = await client(server);
    socket.write(Buffer.concat([frame(FETCH, 1), frame(FETCH, 2), frame(PRODUCE, 3), frame(FETCH, 4)]));
    expect(await read(socket, 20)).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 1, 2, 0, 0, 0, 1, 3, 0, 0, 0, 1, 4]);
    expect(most).toBe(1);
  });

  it("sends nothing for a request without an answer", async () => {
    const server = await listen(() => (request) => Promise.resolve(request[2] === 1 ? undefined : answer(2)));
    const socket = await client(server);
    socket.write(Buffer.concat([frame(PRODUCE, 1), frame(PRODUCE, 2)]));
    expect(await read(socket, 5)).toEqual([0, 0, 0, 1, 2]);
  });

  it("takes no more requests than may be under way", async () => {
    let begun = 0;
    const first = Promise.withResolvers<undefined>();
    const full = Promise.withResolvers<undefined>();
    const server = await listen(() => async () => {
      if (++begun === 64) full.resolve(undefined);
      await first.promise;
      return answer(1);
    });
    const socket = await client(server);
    for (let index = 0; index < 100; index++) socket.write(frame(PRODUCE, 1));
    await full.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toBe(64);
    first.resolve(undefined);
    expect(await read(socket, 500)).toHaveLength(500);
  });

  it("hands out frames in the memory that it reads to, and copies those that are kept", async () => {
    const seen: { kept: Uint8Array; lent: Uint8Array; first: (number | undefined)[] }[] = [];
    const server = await createKafkaListener({ logger: SILENT_LOGGER }).listen("127.0.0.1:0", () => (request) => {
      const lent = request.frame;
      const isKept = lent[2] === 1;
      seen.push({ lent, kept: isKept ? request.keep() : lent, first: [...lent] });
      request.answer(answer(lent[2] ?? -1));
    });
    servers.push(server);
    const socket = await client(server);
    for (const number of [1, 2, 3]) {
      socket.write(frame(PRODUCE, number, number));
      await read(socket, 5);
    }
    expect(seen.map(({ kept, lent }) => kept.buffer === lent.buffer)).toEqual([false, true, true]);
    expect([...(seen[0]?.kept ?? [])]).toEqual(seen[0]?.first);
    expect([...(seen[1]?.lent ?? [])]).not.toEqual(seen[1]?.first); // the third was read over it
  });

  it("fails a request whose handler throws", async () => {
    const { logger, reasons } = logged();
    const server = await createKafkaListener({ logger }).listen("127.0.0.1:0", () => () => {
      throw netErrors.frameSize(0);
    });
    servers.push(server);
    const socket = await client(server);
    socket.write(frame(FETCH));
    await closed(socket);
    expect(await reasons).toBe("bad-frame-size");
  });

  it("closes with a logged reason when the size of a frame is impossible, or the handler rejects", async () => {
    const { logger, reasons } = logged();
    const server = await listen(() => () => Promise.reject(new Error("bad request")), { logger });
    const http = await client(server);
    http.write("GET / HTTP/1.1\r\n\r\n");
    await closed(http);
    expect(await reasons).toBe("bad-frame-size");
    const rejected = await client(server);
    rejected.write(frame(FETCH));
    await closed(rejected);
  });

  it("tells the handler when the client is gone", async () => {
    const gone = Promise.withResolvers<string>();
    const server = await listen((connection) => () => {
      connection.signal.addEventListener("abort", () => gone.resolve(connection.peer));
      return new Promise(() => undefined);
    });
    const socket = await client(server);
    const address = `127.0.0.1:${socket.localPort ?? 0}`;
    socket.write(frame(FETCH));
    setImmediate(() => socket.destroy());
    expect(await gone.promise).toBe(address);
  });

  it("stops when what is under way is answered", async () => {
    const asked = Promise.withResolvers<undefined>();
    const finish = Promise.withResolvers<undefined>();
    const server = await listen(() => async () => {
      asked.resolve(undefined);
      await finish.promise;
      return answer(7);
    });
    const [busy, idle] = [await client(server), await client(server)];
    busy.write(frame(FETCH));
    await asked.promise;
    const stopped = server.stop({ deadlineMs: 60_000 });
    idle.resume();
    await closed(idle);
    finish.resolve(undefined);
    expect(await read(busy, 5)).toEqual([0, 0, 0, 1, 7]);
    busy.resume();
    await stopped;
  });

  it("closes connections that say nothing, and half a frame, after the idle time", async () => {
    const server = await listen(() => () => Promise.resolve({ parts: [] }), { idleMs: 20 });
    const socket = await client(server);
    socket.write(frame(FETCH, 1, 2, 3).subarray(0, 5));
    socket.resume();
    await closed(socket);
  });

  it("holds one answer for a client that never reads, and lets it go in the end", async () => {
    const { logger, reasons } = logged();
    const megabytes = new Uint8Array(16 * 1_048_576);
    let begun = 0;
    const gone = Promise.withResolvers<unknown>();
    const server = await listen(
      ({ signal }) =>
        () => {
          signal.addEventListener("abort", gone.resolve);
          begun++;
          return Promise.resolve({ parts: [megabytes] });
        },
      { logger, stallMs: 50 },
    );
    const socket = await client(server);
    socket.pause();
    for (let index = 0; index < 50; index++) socket.write(frame(index % 2 === 0 ? FETCH : PRODUCE));
    expect(await reasons).toBe("client-does-not-read");
    await gone.promise;
    await server.stop({ deadlineMs: 60_000 }); // nothing of it is left to wait for
    expect(begun).toBe(1);
  });

  it("says that an answer is sent when the client has taken it, and not before", async () => {
    let isSent = false;
    const sent = createDeferred<void>();
    const onSent = (): void => {
      isSent = true;
      sent.resolve();
    };
    const server = await listen(() => () => Promise.resolve({ parts: [Uint8Array.of(1), new Uint8Array(16 * 1_048_576)], onSent }));
    const socket = await client(server);
    socket.pause();
    socket.write(frame(FETCH));
    await setTimeout(50);
    expect(isSent).toBe(false);
    socket.resume();
    await sent.promise;
    expect(isSent).toBe(true);
  });

  it("does not say that an answer is sent whose client went away", async () => {
    let isSent = false;
    const asked = createDeferred<void>();
    const server = await listen(() => () => {
      asked.resolve();
      return Promise.resolve({ parts: [new Uint8Array(16 * 1_048_576)], onSent: () => (isSent = true) });
    });
    const socket = await client(server);
    socket.pause();
    socket.write(frame(FETCH));
    await asked.promise;
    socket.destroy();
    await setTimeout(50);
    expect(isSent).toBe(false);
  });

  it("tells when an answer is sent: not while its client does not read, and in any case when that is cut", async () => {
    const sent: number[] = [];
    const wasSent = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const cuts: ((reason: unknown) => void)[] = [];
    const { logger, reasons } = logged();
    const server = await listen(
      (connection) => (request) => {
        const number = request[2] ?? -1;
        connection.afterSent?.(() => {
          sent.push(number);
          wasSent[number]?.resolve();
        });
        cuts[number] = (reason) => connection.cut?.(reason);
        return Promise.resolve(number === 0 ? answer(1) : { parts: [new Uint8Array(16 * 1_048_576)] });
      },
      { logger },
    );
    const socket = await client(server);
    socket.write(frame(FETCH, 0));
    await read(socket, 5);
    await wasSent[0]?.promise;
    socket.pause();
    socket.write(frame(FETCH, 1));
    while (cuts[1] === undefined) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([0]);
    cuts[1](netErrors.stalled(1));
    await wasSent[1]?.promise;
    expect(sent).toEqual([0, 1]);
    expect(await reasons).toBe("client-does-not-read");
  });

  it("keeps a thousand idle connections in a few kilobytes each", async () => {
    const server = await listen(() => () => Promise.resolve(answer(1)));
    const before = process.memoryUsage();
    const clients = await Promise.all(Array.from({ length: 1_000 }, () => client(server)));
    for (const socket of clients) socket.write(frame(FETCH, 1));
    await Promise.all(clients.map((socket) => read(socket, 5)));
    const after = process.memoryUsage();
    const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(bytes / clients.length).toBeLessThan(40_000); // both ends of each are in this process
  }, 30_000);
});
