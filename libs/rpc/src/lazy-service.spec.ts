import { describe, expect, it } from "@jest/globals";
import type { Server } from "@grpc/grpc-js";
import { addLazyService, type ServiceTaker } from "./lazy-service.ts";

type Unary = (call: { request: Buffer }, callback: (error: unknown, answer?: Buffer) => void) => void;

/** Adds a service whose only method says what it was asked, and calls it as a server would. */
function echo(load: (taker: ServiceTaker) => void = addTo): {
  readonly loads: () => number;
  readonly ask: (text: string) => Promise<unknown>;
} {
  let loads = 0;
  let handler: Unary | undefined;
  const server = { addService: (_: unknown, handlers: Record<string, unknown>) => void (handler = handlers["/s/Ask"] as Unary) };
  addLazyService(server as unknown as Server, { "/s/Ask": "unary" }, () => {
    loads++;
    return Promise.resolve(load);
  });
  return {
    loads: () => loads,
    ask: (text) =>
      new Promise((resolve) => {
        handler?.({ request: Buffer.from(text) }, (error, answer) => resolve(error ?? String(answer)));
      }),
  };
}

function addTo(taker: ServiceTaker): void {
  const definition = {
    Ask: {
      path: "/s/Ask",
      requestDeserialize: (bytes: Buffer) => ({ text: String(bytes) }),
      responseSerialize: (text: string) => Buffer.from(text),
    },
  };
  const ask = ({ request }: { request: { text: string } }, callback: (error: null, answer: string) => void): void =>
    callback(null, `${request.text}!`);
  taker.addService(definition as never, { ask, Ask: ask });
}

describe("addLazyService", () => {
  it("loads what serves when it is first asked, once", async () => {
    const { loads, ask } = echo();
    expect(loads()).toBe(0);
    expect(await Promise.all([ask("a"), ask("b")])).toEqual(["a!", "b!"]);
    expect(loads()).toBe(1);
  });

  it("answers INTERNAL with the reason when it cannot be loaded", async () => {
    const { ask } = echo(() => {
      throw new Error("no such file");
    });
    expect(await ask("a")).toEqual({ code: 13, details: "the service cannot be loaded: no such file" });
  });
});
