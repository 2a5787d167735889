import { createRequire } from "node:module";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { credentials, loadPackageDefinition, makeGenericClientConstructor, type ServiceDefinition, status } from "@grpc/grpc-js";
import { bindService, type RpcServer, type RpcTransport, TopicService } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { createDeferred } from "@millrace/stdx";
import { service as healthDefinition } from "grpc-health-check";
import { createRpcListener } from "./listener.ts";
import { createRpcTransport } from "./transport.ts";

describe("createRpcListener", () => {
  let transport: RpcTransport;
  let server: RpcServer;
  const listed = createDeferred<void>();
  let answer = createDeferred<void>();

  beforeEach(async () => {
    answer = createDeferred<void>();
    transport = createRpcTransport();
    const refuse = (): never => {
      throw new AppError({ kind: "invalid", code: "not-served", message: "not served" });
    };
    const listTopics = async (): Promise<object> => {
      listed.resolve();
      await answer.promise;
      return { topics: [{ name: "flights" }] };
    };
    server = await createRpcListener().listen("127.0.0.1:0", [
      bindService(TopicService, {
        createTopic: refuse,
        deleteTopic: refuse,
        describeTopic: refuse,
        createPartitions: refuse,
        alterTopicConfigs: refuse,
        listTopics,
      }),
    ]);
  });
  afterEach(async () => {
    await transport.close();
    await server.stop({ deadlineMs: 0 });
  });

  it("says that it serves, in all and by service", async () => {
    for (const service of ["", TopicService.typeName]) {
      expect(await callRaw(server.address, { definition: healthDefinition, method: "check", request: { service } })).toEqual({
        status: "SERVING",
      });
    }
  });

  it("has neither health nor reflection where only peers call", async () => {
    const forPeers = await createRpcListener({ forPeersOnly: true }).listen("127.0.0.1:0", []);
    const asked = callRaw(forPeers.address, { definition: healthDefinition, method: "check", request: { service: "" } });
    await expect(asked).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    await forPeers.stop({ deadlineMs: 0 });
  });

  it("refuses a question of health about what it does not serve", async () => {
    const asked = callRaw(server.address, { definition: healthDefinition, method: "check", request: { service: "other" } });
    await expect(asked).rejects.toMatchObject({ code: 5 });
    const list = await callRaw(server.address, { definition: healthDefinition, method: "list", request: {} });
    expect(Object.keys((list as { statuses: object }).statuses)).toEqual(["", TopicService.typeName]);
  });

  it("tells who watches its health that a stop begins", async () => {
    const Client = makeGenericClientConstructor(healthDefinition, "raw");
    const client = new Client(server.address, credentials.createInsecure());
    const watch: unknown = Reflect.get(client, "watch");
    const stream = Reflect.apply(watch as () => unknown, client, [{ service: "" }]) as NodeJS.ReadableStream;
    const seen: unknown[] = [];
    const both = createDeferred<void>();
    stream.on("error", () => undefined);
    stream.on("data", (message: unknown) => {
      seen.push((message as { status: string }).status);
      if (seen.length === 1) void server.stop({ deadlineMs: 1_000 });
      else both.resolve();
    });
    await both.promise;
    expect(seen).toEqual(["SERVING", "NOT_SERVING"]);
    client.close();
  });

  it.each(["v1", "v1alpha"] as const)("lists its services and their files by reflection, %s", async (version) => {
    const listing = await reflect(server.address, { listServices: "*" }, version);
    expect(listing).toMatchObject({ listServicesResponse: { service: [{ name: "millrace.coordinator.v1.TopicService" }] } });
    const files = await reflect(server.address, { fileContainingSymbol: "millrace.coordinator.v1.TopicService" }, version);
    expect(
      (files as { fileDescriptorResponse: { fileDescriptorProto: unknown[] } }).fileDescriptorResponse.fileDescriptorProto.length,
    ).toBeGreaterThan(1);
  });

  it("lets a running call finish when it stops, and takes no new ones", async () => {
    const topics = transport.client(TopicService, server.address);
    const running = topics.listTopics({});
    await listed.promise;
    const stopped = server.stop({ deadlineMs: 10_000 });
    answer.resolve();
    expect((await running).topics.map((topic) => topic.name)).toEqual(["flights"]);
    await stopped;
    await expect(topics.listTopics({})).rejects.toMatchObject({ code: "unreachable" });
  });

  it("cuts a call that outlives the stop's deadline", async () => {
    const running = transport.client(TopicService, server.address).listTopics({});
    const failed = expect(running).rejects.toMatchObject({ kind: "unavailable" });
    await listed.promise;
    await server.stop({ deadlineMs: 1 });
    await failed;
    answer.resolve();
  });

  it("offers wide windows to its callers", async () => {
    const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const bytes = await exchange(server.address, Buffer.concat([Buffer.from(preface), settings]));
    // SETTINGS_INITIAL_WINDOW_SIZE (4) = 4 MiB; then WINDOW_UPDATE of the connection by 4 MiB − 65,535.
    expect(bytes.includes(Buffer.from([0, 4, 0, 0x40, 0, 0]))).toBe(true);
    expect(bytes.includes(Buffer.from([8, 0, 0, 0, 0, 0, 0, 0x3f, 0, 1]))).toBe(true);
  });
});

function callRaw(
  address: string,
  { definition, method, request }: { definition: unknown; method: string; request: object },
): Promise<unknown> {
  const Client = makeGenericClientConstructor(definition as ServiceDefinition, "raw");
  const client = new Client(address, credentials.createInsecure());
  const call: unknown = Reflect.get(client, method);
  return new Promise((resolve, reject) => {
    if (typeof call !== "function") throw new Error(`no method ${method}`);
    Reflect.apply(call, client, [
      request,
      (error: Error | null, value: unknown) => {
        client.close();
        if (error === null) resolve(value);
        else reject(error);
      },
    ]);
  });
}

/** Asks as grpcurl does, with the reflection protocol's own definition. */
async function reflect(address: string, request: object, version: "v1" | "v1alpha"): Promise<unknown> {
  const require = createRequire(createRequire(import.meta.url).resolve("@grpc/reflection"));
  // eslint-disable-next-line @nx/enforce-module-boundaries -- what @grpc/reflection itself loads its protocol with
  const { loadSync } = require("@grpc/proto-loader") as { loadSync: (path: string) => Parameters<typeof loadPackageDefinition>[0] };
  const root = loadPackageDefinition(loadSync(require.resolve(`../proto/grpc/reflection/${version}/reflection.proto`)));
  const Service = ["grpc", "reflection", version, "ServerReflection"].reduce<unknown>(
    (scope, name) => Reflect.get(scope as object, name),
    root,
  );
  const client = new (
    Service as new (address: string, options: unknown) => { ServerReflectionInfo(): NodeJS.ReadWriteStream; close(): void }
  )(address, credentials.createInsecure());
  const stream = client.ServerReflectionInfo();
  const answered = new Promise((resolve, reject) => stream.once("data", resolve).once("error", reject));
  Reflect.apply(stream.write as (message: unknown) => boolean, stream, [request]);
  const response = await answered;
  stream.end();
  client.close();
  return response;
}

/** Sends bytes and collects what comes back until a WINDOW_UPDATE frame of the connection is in it. */
function exchange(address: string, bytes: Buffer): Promise<Buffer> {
  const [host, port] = address.split(":");
  return new Promise((resolve, reject) => {
    const socket = connect({ host: host ?? "", port: Number(port) });
    let received = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (!received.includes(Buffer.from([8, 0, 0, 0, 0, 0, 0, 0x3f, 0, 1]))) return;
      socket.destroy();
      resolve(received);
    });
    socket.once("error", reject);
    socket.write(bytes);
  });
}
