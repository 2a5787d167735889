import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import type { OpenReceiver, ReceivedRecords } from "@millrace/ports";
import { createDeferred } from "@millrace/stdx";
import { WEBHOOK_BYTES_IN_HAND_MAX, WEBHOOK_REQUESTS_IN_HAND_MAX } from "../limits.ts";
import { webhookReceiver } from "./webhook-receiver.ts";

const OPTIONS = { host: "127.0.0.1", port: 0, path: "/in", bodyBytesMax: 100 };

interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

describe("webhookReceiver", () => {
  let opened: OpenReceiver | undefined;
  const stored: string[] = [];
  let append: ReceivedRecords["append"];
  afterEach(async () => {
    await opened?.close();
    stored.length = 0;
  });

  async function open(options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    append = ({ value }) => Promise.resolve({ partition: 0, offset: stored.push(new TextDecoder().decode(value)) - 1 });
    const into: ReceivedRecords = {
      ...{ jobId: "j", source: "in", isFirst: false },
      check(value) {
        if (new TextDecoder().decode(value) === "bad")
          throw new AppError({ kind: "invalid", code: "record-not-decoded", message: "it is no JSON" });
      },
      append: (record) => append(record),
      fail: (error) => {
        throw error;
      },
    };
    opened = await webhookReceiver({ ...OPTIONS, ...options }).open(into);
  }

  function send(body: string, options: { path?: string; method?: string; headers?: Record<string, string> } = {}): Promise<Answered> {
    const { path = "/in", method = "POST", headers = {} } = options;
    const [host, port] = (opened?.address ?? "").split(":");
    return new Promise((resolve, reject) => {
      const sent = request({ host, port, path, method, headers: { connection: "close", ...headers } }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), headers: response.headers }));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  it("answers 200, with the place, only when the record is stored", async () => {
    await open();
    const storing = createDeferred<{ partition: number; offset: number }>();
    const asked = createDeferred<void>();
    append = () => {
      asked.resolve();
      return storing.promise;
    };
    let isAnswered = false;
    const answer = send("one").finally(() => (isAnswered = true));
    await asked.promise;
    expect((await send("", { method: "GET" })).status).toBe(405); // a whole round later
    expect(isAnswered).toBe(false);
    storing.resolve({ partition: 2, offset: 7 });
    expect(await answer).toMatchObject({ status: 200, body: { partition: 2, offset: 7 } });
  });

  it.each<[string, number, string, Parameters<typeof send>, Readonly<Record<string, unknown>>]>([
    ["another path", 404, "unknown-path", ["x", { path: "/other" }], {}],
    ["another method", 405, "method-not-allowed", ["x", { method: "PUT" }], { allow: "POST" }],
    ["a body that says it is too long", 413, "body-too-large", ["x".repeat(101)], {}],
    ["a body that grows too long", 413, "body-too-large", ["x".repeat(101), { headers: { "transfer-encoding": "chunked" } }], {}],
    ["a body that the source cannot decode", 400, "record-not-decoded", ["bad"], {}],
  ])("refuses %s, and stores nothing", async (_, status, code, [body, options], headers) => {
    await open();
    const answer = await send(body, options);
    expect(answer).toMatchObject({ status, body: { code }, headers });
    expect(stored).toEqual([]);
  });

  it("asks for the token, if it has one", async () => {
    await open({ token: "secret" });
    expect(await send("x")).toMatchObject({ status: 401, headers: { "www-authenticate": "Bearer" } });
    expect((await send("x", { headers: { authorization: "Bearer secret2" } })).status).toBe(401);
    expect((await send("x", { headers: { authorization: "Bearer secret" } })).status).toBe(200);
    expect(stored).toEqual(["x"]);
  });

  it.each<[string, number, AppError["kind"]]>([
    ["the topic cannot be written now", 503, "unavailable"],
    ["brokers ask to try again", 503, "retry"],
    ["the producer is full", 429, "exhausted"],
  ])("asks to send it again when %s", async (_, status, kind) => {
    await open();
    append = () => Promise.reject(new AppError({ kind, code: "some-code", message: "not now" }));
    expect(await send("x")).toMatchObject({ status, headers: { "retry-after": "1" } });
  });

  it("takes so many requests and bytes in hand, no more, and again when they are done", async () => {
    await open({ bodyBytesMax: WEBHOOK_BYTES_IN_HAND_MAX });
    const storing = createDeferred<{ partition: number; offset: number }>();
    const asked = createDeferred<void>();
    append = () => {
      asked.resolve();
      return storing.promise;
    };
    const first = send("x", { headers: { "transfer-encoding": "chunked" } }); // of no length, so that all of the room is kept for it
    await asked.promise;
    expect(await send("y")).toMatchObject({ status: 429, body: { code: "too-many-requests" } });
    storing.resolve({ partition: 0, offset: 0 });
    expect((await first).status).toBe(200);
    expect((await send("z")).status).toBe(200);
    expect(WEBHOOK_REQUESTS_IN_HAND_MAX).toBeLessThan(10_000);
  });

  it("forgets a sender who goes away in the middle", async () => {
    await open({ bodyBytesMax: WEBHOOK_BYTES_IN_HAND_MAX });
    const [host = "", port] = (opened?.address ?? "").split(":");
    const socket = connect({ host, port: Number(port) });
    socket.write("POST /in HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n");
    await new Promise((resolve) => socket.once("connect", resolve));
    while ((await send("y")).status !== 429); // it is taken
    socket.destroy();
    while ((await send("y")).status !== 200); // its room is free
    expect(stored.filter((text) => text === "x")).toEqual([]);
  });

  it("says that its port is taken", async () => {
    await open();
    const port = Number(opened?.address?.split(":")[1]);
    const other = webhookReceiver({ ...OPTIONS, port, host: "127.0.0.1" });
    await expect(other.open({} as ReceivedRecords)).rejects.toMatchObject({
      code: "webhook-not-listening",
      context: { address: `127.0.0.1:${port}` },
    });
  });

  it.each([{ port: 1.5 }, { path: "" }, { bodyBytesMax: 0 }, { topic: "t" }, { token: "env:NO_SUCH_VARIABLE" }])(
    "refuses the options %j",
    (options) => {
      expect(() => webhookReceiver({ ...OPTIONS, ...options })).toThrow(expect.objectContaining({ code: "connector-option-invalid" }));
    },
  );
});
