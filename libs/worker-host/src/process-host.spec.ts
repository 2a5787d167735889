import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { SILENT_LOGGER, type WorkerExit } from "@millrace/ports";
import { BoundedQueue } from "@millrace/stdx";
import { createProcessHost } from "./process-host.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-worker-host-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const INIT = { jobId: "j", jobEpoch: 1, workerIndex: 0, host: "127.0.0.1", bundleUrl: "", graphJson: "{}", brokerAddresses: [] };

function start(options: { readonly silenceMsMax?: number } = {}) {
  const entry = join(import.meta.dirname, "../test/fixtures/echo-worker.ts");
  const host = createProcessHost({
    entry,
    folder,
    heapMbMax: 40,
    logger: SILENT_LOGGER,
    flags: ["--conditions=@millrace/source"],
    ...options,
  });
  const events = new BoundedQueue<string | WorkerExit>({ weightMax: 100 });
  const worker = host.spawn(INIT, {
    onReport: (report) => events.tryPush(new TextDecoder().decode(report)),
    onExit: (exit) => events.tryPush(exit),
  });
  const iterator = events[Symbol.asyncIterator]();
  return { worker, send: (text: string) => worker.send(new TextEncoder().encode(text)), next: async () => (await iterator.next()).value };
}

/** What the worker wrote into the memory that it lets be watched. */
function watchedNumber(exit: unknown): number | undefined {
  const bytes = (exit as WorkerExit).watched?.bytes;
  return bytes === undefined ? undefined : new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
}

describe("createProcessHost", () => {
  it("passes commands and reports both ways, in order", async () => {
    const { worker, send, next } = start();
    expect(await next()).toBe("init j");
    send("one");
    send("two");
    expect(await next()).toBe("one");
    expect(await next()).toBe("two");
    worker.kill();
    expect(await next()).toMatchObject({ reason: "stopped" });
    expect(send("three")).toBe(false);
  });

  it("tells a crash with the last lines of stderr", async () => {
    const { send, next } = start();
    await next();
    send("throw");
    expect(await next()).toMatchObject({ reason: "crashed", detail: expect.stringContaining("thrown by user code") });
  });

  it("tells exhausted memory", async () => {
    const { send, next } = start();
    await next();
    send("memory");
    const exit = await next();
    expect(exit).toMatchObject({ reason: "out-of-memory", watched: { legend: "commands" } });
    expect(watchedNumber(exit)).toBe(1);
  }, 30_000);

  it("kills and tells an endless loop", async () => {
    const { send, next } = start({ silenceMsMax: 3_000 });
    await next();
    send("one");
    await next();
    send("loop");
    const exit = await next();
    expect(exit).toMatchObject({ reason: "unresponsive" });
    expect(watchedNumber(exit)).toBe(2);
  }, 30_000);

  it("stores a bundle once under its digest", async () => {
    const host = createProcessHost({ entry: "", folder, heapMbMax: 40, logger: SILENT_LOGGER });
    const url = await host.saveBundle("abc", new TextEncoder().encode("export default 7;"));
    const module = (await import(url)) as { default: number };
    expect(module.default).toBe(7);
    expect(await host.saveBundle("abc", new TextEncoder().encode("export default 7;"))).toBe(url);
  });
});
