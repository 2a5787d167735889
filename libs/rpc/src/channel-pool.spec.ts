import { afterEach, describe, expect, it } from "@jest/globals";
import { createServer, type Server, type Socket } from "node:net";
import { create } from "@bufbuild/protobuf";
import { BrokerService, bindService, GetMetadataResponseSchema } from "@millrace/contracts";
import { createRpcListener } from "./listener.ts";
import { refuseAll } from "./transport.contract.ts";
import { createRpcTransport } from "./transport.ts";

const CONNECT_TIMEOUT_MS = 150;
const METADATA = create(GetMetadataResponseSchema, { coordinatorAddress: "here" });

/** Takes connections and says nothing, as a process that hangs. */
class MuteServer {
  readonly #sockets: Socket[] = [];
  readonly #server: Server = createServer((socket) => this.#sockets.push(socket));

  get connections(): number {
    return this.#sockets.length;
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Others may listen there; its connections stay. */
  stopListening(): void {
    this.#server.close();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

describe("a connection that does not come about", () => {
  const closing: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function open() {
    const mute = new MuteServer();
    const port = await mute.listen();
    const transport = createRpcTransport({ connectTimeoutMs: CONNECT_TIMEOUT_MS });
    closing.push(
      () => transport.close(),
      () => mute.close(),
    );
    return { mute, port, client: transport.client(BrokerService, `127.0.0.1:${port}`) };
  }

  const refused = { kind: "unavailable", code: "unreachable" };

  it("fails the calls that wait for it, also streams, which have no deadline", async () => {
    const { mute, client } = await open();
    const stream = client.fetchStream({});
    const calls = [client.getMetadata({}), stream[Symbol.asyncIterator]().next()];
    await Promise.all(calls.map((call) => expect(call).rejects.toMatchObject(refused)));
    expect(mute.connections).toBe(1);
  });

  it("is begun anew by the next call, which reaches whoever has the address then", async () => {
    const { mute, port, client } = await open();
    await expect(client.getMetadata({})).rejects.toMatchObject(refused);
    mute.stopListening();
    const service = bindService(BrokerService, { ...refuseAll(), getMetadata: () => Promise.resolve(METADATA) });
    const server = await createRpcListener().listen(`127.0.0.1:${port}`, [service]);
    closing.push(() => server.stop({ deadlineMs: 1_000 }));
    expect(await client.getMetadata({})).toMatchObject({ coordinatorAddress: "here" });
  });
});
