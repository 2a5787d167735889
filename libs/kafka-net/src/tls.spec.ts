import { connect as connectPlain } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type KafkaRequest, type KafkaServer, SILENT_LOGGER } from "@millrace/ports";
import { TestTlsIdentity } from "@millrace/testkit";
import { createKafkaListener } from "./listener.ts";

const LARGE_BYTES = 300_000; // many TLS records, more than one read

describe("KafkaListener over TLS", () => {
  let server: KafkaServer;
  afterEach(() => server.stop({ deadlineMs: 0 }));

  /** Answers each frame with itself. */
  async function listen(tls: TestTlsIdentity): Promise<number> {
    const echo = (request: KafkaRequest): void => {
      const frame = request.keep();
      const size = Buffer.alloc(4);
      size.writeUInt32BE(frame.length);
      request.answer({ parts: [size, frame] });
    };
    server = await createKafkaListener({ logger: SILENT_LOGGER, tls }).listen("127.0.0.1:0", () => echo);
    return Number(server.address.split(":").at(-1));
  }

  function open(port: number, who: TestTlsIdentity): Promise<TLSSocket> {
    const { ca, own } = who.current();
    return new Promise((resolve, reject) => {
      const socket = connect(
        { port, host: "127.0.0.1", ca, ...(own === undefined ? {} : { cert: own.certificate, key: own.privateKey }) },
        () => resolve(socket),
      );
      socket.on("error", reject);
    });
  }

  async function echoed(socket: TLSSocket, length: number): Promise<Buffer> {
    const frame = Buffer.alloc(4 + length, 7);
    frame.writeUInt32BE(length);
    frame.writeUInt16BE(3, 4);
    socket.write(frame);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= frame.length) break;
    }
    expect(Buffer.concat(chunks).equals(frame)).toBe(true);
    return Buffer.concat(chunks);
  }

  it("takes and answers frames of any size", async () => {
    const socket = await open(await listen(new TestTlsIdentity("service")), new TestTlsIdentity(undefined));
    for (const length of [3, LARGE_BYTES, 3]) await echoed(socket, length);
    socket.destroy();
  });

  it("closes on plain text, and serves others", async () => {
    const port = await listen(new TestTlsIdentity("service"));
    const plain = connectPlain(port, "127.0.0.1");
    plain.on("error", () => undefined);
    plain.write(Buffer.from([0, 0, 0, 3, 0, 3, 0]));
    await new Promise((resolve) => plain.once("close", resolve));
    await echoed(await open(port, new TestTlsIdentity(undefined)), 10);
  });

  it("asks for a certificate where it is to, and lets nobody in without", async () => {
    const port = await listen(new TestTlsIdentity("service", { clientAuth: "required" }));
    await echoed(await open(port, new TestTlsIdentity("service")), 10);
    const refused = open(port, new TestTlsIdentity(undefined)).then((socket) => echoed(socket, 10));
    await expect(refused).rejects.toThrow();
  });

  it("has new certificates for new connections", async () => {
    const identity = new TestTlsIdentity("service");
    const port = await listen(identity);
    const before = await open(port, new TestTlsIdentity(undefined));
    identity.become("renewed");
    const after = await open(port, new TestTlsIdentity(undefined));
    expect(after.getPeerCertificate().serialNumber).not.toBe(before.getPeerCertificate().serialNumber);
    await echoed(before, 10);
    for (const socket of [before, after]) socket.destroy();
  });
});
