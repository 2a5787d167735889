import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { OpenReceiver, PositionRange, ReceivedRecords, SourceSplit, SplitReader } from "@millrace/ports";
import { createDeferred } from "@millrace/stdx";
import { SOCKET_BYTES_UNDER_WAY_MAX, SOCKET_LINE_LENGTH_MAX, SOCKET_LINES_KEPT_MAX } from "../limits.ts";
import { socketReceiver } from "./socket-receiver.ts";
import { socketSource } from "./socket-source.ts";

let server: Server;
beforeEach(async () => {
  server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())));

const options = () => ({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
async function accepted(): Promise<Socket> {
  const [socket] = (await once(server, "connection")) as [Socket];
  socket.on("error", () => undefined);
  return socket;
}

describe("socketSource", () => {
  let reader: SplitReader<string>;
  let peer: Socket;
  beforeEach(async () => {
    const connected = accepted();
    reader = await socketSource(options()).open({} as SourceSplit);
    peer = await connected;
  });
  afterEach(async () => {
    await reader.close();
    peer.destroy();
  });

  /** Until so many lines are there. */
  async function until(end: number, from = 0): Promise<void> {
    while ((await reader.available(from, { stepsMax: Infinity })).end < end) await new Promise((resolve) => setImmediate(resolve));
  }
  async function read(range: PositionRange): Promise<string[]> {
    const lines: string[] = [];
    for await (const { elements } of reader.read(range)) lines.push(...elements);
    return lines;
  }

  it("gives lines in order, however they are cut on their way, once", async () => {
    peer.write("one\ntw");
    await until(1);
    peer.write("o\r\nthrée\n");
    await until(3);
    expect(await read({ start: 0, end: 2 })).toEqual(["one", "two"]);
    expect(await reader.available(2, { stepsMax: Infinity })).toEqual({ end: 3 });
    expect(await read({ start: 2, end: 3 })).toEqual(["thrée"]);
  });

  it("gives nothing of a range that a worker before it has received, and goes on behind it", async () => {
    peer.write("new\n");
    expect(await read({ start: 3, end: 7 })).toEqual([]);
    await until(8, 7);
    expect(await read({ start: 7, end: 8 })).toEqual(["new"]);
  });

  it("connects again when the connection ends, and takes what follows the last line end as a line", async () => {
    const again = accepted();
    peer.end("one\nrest");
    const second = await again;
    second.write("two\n");
    await until(3);
    expect(await read({ start: 0, end: 3 })).toEqual(["one", "rest", "two"]);
    second.destroy();
  });

  it("takes no more than it may keep, and goes on when that is read", async () => {
    const all = 4 * SOCKET_LINES_KEPT_MAX;
    peer.write("x\n".repeat(all));
    let position = 0;
    let most = 0;
    while (position < all) {
      await until(position + 1, position);
      const { end } = await reader.available(position, { stepsMax: Infinity });
      most = Math.max(most, end - position);
      position = end;
    }
    expect(position).toBe(all);
    expect(most).toBeLessThan(2 * SOCKET_LINES_KEPT_MAX);
  });

  it("says that what comes has no lines", async () => {
    peer.write("x".repeat(SOCKET_LINE_LENGTH_MAX + 1));
    const asked = async (): Promise<void> => {
      for (;;) {
        await reader.available(0, { stepsMax: 1 });
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await expect(asked()).rejects.toMatchObject({ code: "socket-line-too-long", kind: "invalid" });
  });

  it.each([{}, { host: "h" }, { host: "", port: 1 }, { host: "h", port: 0 }, { host: "h", port: 1, topic: "t" }])(
    "refuses the options %j",
    (wrong) => {
      expect(() => socketSource(wrong)).toThrow(expect.objectContaining({ code: "connector-option-invalid" }));
      expect(() => socketReceiver(wrong)).toThrow(expect.objectContaining({ code: "connector-option-invalid" }));
    },
  );
});

describe("socketReceiver", () => {
  let opened: OpenReceiver | undefined;
  afterEach(() => opened?.close());

  function into(parts: Partial<ReceivedRecords>): ReceivedRecords {
    return {
      ...{ jobId: "j", source: "in", isFirst: true },
      check: () => undefined,
      append: () => Promise.resolve({ partition: 0, offset: 0 }),
      fail: (error) => {
        throw error;
      },
      ...parts,
    };
  }

  it("writes each line to the topic, in order", async () => {
    const connected = accepted();
    const stored: string[] = [];
    const third = createDeferred<void>();
    opened = await socketReceiver(options()).open(
      into({
        append({ value }) {
          if (stored.push(new TextDecoder().decode(value)) === 3) third.resolve();
          return Promise.resolve({ partition: 0, offset: 0 });
        },
      }),
    );
    const peer = await connected;
    peer.write("a\nb\n\n");
    await third.promise;
    expect(stored).toEqual(["a", "b", ""]);
    peer.destroy();
  });

  it("is connected in one worker of the job only", async () => {
    let connections = 0;
    server.on("connection", () => connections++);
    const other = await socketReceiver(options()).open(into({ isFirst: false }));
    const connected = accepted();
    opened = await socketReceiver(options()).open(into({}));
    (await connected).destroy();
    expect(connections).toBe(1);
    await other.close();
  });

  it("leaves the server waiting while lines are under way to the topic", async () => {
    const connected = accepted();
    const storing = createDeferred<{ partition: number; offset: number }>();
    let bytes = 0;
    opened = await socketReceiver(options()).open(
      into({
        append({ value }) {
          bytes += value.length;
          return storing.promise;
        },
      }),
    );
    const peer = await connected;
    const line = `${"x".repeat(99_999)}\n`;
    const count = Math.floor((4 * SOCKET_BYTES_UNDER_WAY_MAX) / 100_000);
    const sent = new Promise<void>((resolve) => void peer.write(line.repeat(count), () => resolve()));
    while (bytes < SOCKET_BYTES_UNDER_WAY_MAX) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(bytes).toBeLessThan(1.5 * SOCKET_BYTES_UNDER_WAY_MAX);
    storing.resolve({ partition: 0, offset: 0 });
    await sent;
    while (bytes < count * 99_999) await new Promise((resolve) => setImmediate(resolve));
    peer.destroy();
  });

  it("ends the worker when a line cannot be stored: the lines behind it must not come without it", async () => {
    const connected = accepted();
    const failed = createDeferred<Error>();
    opened = await socketReceiver(options()).open(
      into({ append: () => Promise.reject(new Error("no broker")), fail: (error) => failed.resolve(error) }),
    );
    (await connected).end("a\n");
    expect((await failed.promise).message).toContain("no broker");
  });
});
