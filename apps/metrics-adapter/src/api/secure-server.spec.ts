import { readFileSync } from "node:fs";
import { request } from "node:https";
import { TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type TestCertificate, testTlsFile, TestTlsIdentity } from "@millrace/testkit";
import { type SecureServer, startSecureServer } from "./secure-server.ts";

const AUTHORITY = readFileSync(testTlsFile("ca.pem"), "utf8");
const OTHER_AUTHORITY = readFileSync(testTlsFile("other-ca.pem"), "utf8");

describe("the secure server", () => {
  let server: SecureServer | undefined;
  afterEach(async () => {
    await server?.stop();
  });

  async function start(names: readonly string[] = []): Promise<TestTlsIdentity> {
    const identity = new TestTlsIdentity("service");
    server = await startSecureServer({
      address: "127.0.0.1:0",
      identity,
      frontProxy: { authority: AUTHORITY, names },
      answer: ({ target }) => Promise.resolve({ status: 200, body: { target } }),
    });
    return identity;
  }

  /** Status and body, with the serial number of the server's certificate; the code of the error where the connection ends. */
  function ask(certificate: TestCertificate | undefined): Promise<{ status: number; body: unknown; serial: string } | string> {
    const own =
      certificate === undefined
        ? {}
        : { cert: readFileSync(testTlsFile(`${certificate}.pem`)), key: readFileSync(testTlsFile(`${certificate}.key`)) };
    const { promise, resolve } = Promise.withResolvers<{ status: number; body: unknown; serial: string } | string>();
    const asked = request(`https://${server?.address ?? ""}/apis?a=b`, { ca: AUTHORITY, agent: false, ...own }, (response) => {
      const { socket } = response;
      const serial = socket instanceof TLSSocket ? socket.getPeerCertificate().serialNumber : "";
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown, serial }));
    });
    asked.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
    return promise;
  }

  it("answers who shows a certificate of the front proxy", async () => {
    await start();
    expect(await ask("worker")).toMatchObject({ status: 200, body: { target: "/apis?a=b" } });
  });

  it.each([undefined, "stranger"] as const)("ends the connection of others: %s", async (certificate) => {
    await start();
    expect(await ask(certificate)).toMatch(/ERR_SSL|ECONNRESET|EPIPE/);
  });

  it("refuses another name of the same authority", async () => {
    await start(["front-proxy-client"]);
    expect(await ask("worker")).toMatchObject({ status: 403 });
  });

  it("shows a new certificate, and believes another front proxy, without a restart", async () => {
    const identity = await start();
    const before = await ask("worker");
    identity.become("renewed");
    const after = await ask("worker");
    expect((after as { serial: string }).serial).not.toEqual((before as { serial: string }).serial);
    server?.believe({ authority: OTHER_AUTHORITY, names: [] });
    expect(await ask("stranger")).toMatchObject({ status: 200 });
    expect(await ask("worker")).toMatch(/ERR_SSL|ECONNRESET|EPIPE/);
  });
});
