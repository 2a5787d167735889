import { connect } from "node:tls";
import { afterEach, describe, expect, it } from "@jest/globals";
import { bindService, BrokerService, type RpcServer, type RpcTransport, type ServiceHandlers } from "@millrace/contracts";
import { type TestCertificate, TestTlsIdentity } from "@millrace/testkit";
import { createRpcListener } from "./listener.ts";
import { describeTransportContract } from "./transport.contract.ts";
import { createRpcTransport } from "./transport.ts";

describeTransportContract(
  "grpc over mutual TLS",
  () => {
    const tls = new TestTlsIdentity("service", { clientAuth: "required" });
    return {
      transport: createRpcTransport({ tls }),
      listener: createRpcListener({ tls }),
      freeAddress: "127.0.0.1:0",
      deadAddress: "127.0.0.1:1",
    };
  },
  { hasTimers: true },
);

describe("TLS of gRPC", () => {
  let server: RpcServer;
  const transports: RpcTransport[] = [];

  afterEach(async () => {
    await Promise.all(transports.splice(0).map((transport) => transport.close()));
    await server.stop({ deadlineMs: 0 });
  });

  async function listen(tls: TestTlsIdentity): Promise<void> {
    const handlers = { getMetadata: () => Promise.resolve({ clusterId: "c" }) } as unknown as ServiceHandlers<typeof BrokerService>;
    const all = Object.fromEntries(BrokerService.methods.map(({ localName }) => [localName, () => Promise.reject(new Error("unused"))]));
    server = await createRpcListener({ tls }).listen("127.0.0.1:0", [bindService(BrokerService, { ...all, ...handlers })]);
  }

  /** The cluster's name, or the code of the error. */
  async function ask(tls?: TestTlsIdentity): Promise<string> {
    const transport = createRpcTransport({ tls, unaryTimeoutMs: 3_000 });
    transports.push(transport);
    try {
      return (await transport.client(BrokerService, server.address).getMetadata({})).clusterId;
    } catch (error) {
      return (error as { code: string }).code;
    }
  }

  const subjectOf = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const [host, port] = server.address.split(":");
      const socket = connect({ host, port: Number(port), ALPNProtocols: ["h2"], rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on("error", reject);
    });

  it.each<[string, TestCertificate | "nothing" | "plain", "none" | "required", boolean]>([
    ["a client that knows the authority", "nothing", "none", true],
    ["a client in plain text", "plain", "none", false],
    ["a client that believes another authority", "stranger", "none", false],
    ["a client with a certificate, where one is asked for", "service", "required", true],
    ["a client without, where one is asked for", "nothing", "required", false],
    ["a client with one of another authority", "stranger", "required", false],
  ])("%s", async (_, who, clientAuth, isServed) => {
    await listen(new TestTlsIdentity("service", { clientAuth }));
    const tls = who === "plain" ? undefined : new TestTlsIdentity(who === "nothing" ? undefined : who);
    expect(await ask(tls)).toBe(isServed ? "c" : "unreachable");
  });

  it("a peer that is reached by its address may have the agreed name instead", async () => {
    await listen(new TestTlsIdentity("worker"));
    expect(await ask(new TestTlsIdentity(undefined))).toBe("unreachable");
    expect(await ask(new TestTlsIdentity(undefined, { peerName: "someone-else" }))).toBe("unreachable");
    expect(await ask(new TestTlsIdentity(undefined, { peerName: "workers" }))).toBe("c");
  });

  it("new certificates serve from the next connection on, and old connections go on", async () => {
    const identity = new TestTlsIdentity("service");
    await listen(identity);
    const client = createRpcTransport({ tls: new TestTlsIdentity(undefined) });
    transports.push(client);
    const broker = client.client(BrokerService, server.address);
    await broker.getMetadata({});
    const before = await subjectOf();
    identity.become("renewed");
    expect(await subjectOf()).not.toBe(before);
    expect((await broker.getMetadata({})).clusterId).toBe("c");
    expect(await ask(new TestTlsIdentity(undefined))).toBe("c");
  });

  it("a listener without a certificate is refused", () => {
    const refused = createRpcListener({ tls: new TestTlsIdentity(undefined) }).listen("127.0.0.1:0", []);
    return expect(refused)
      .rejects.toMatchObject({ code: "tls-without-certificate" })
      .then(() => listen(new TestTlsIdentity("service")));
  });
});
