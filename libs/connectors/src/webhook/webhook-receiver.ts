import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { toAppError } from "@millrace/model";
import type { ConnectorOptions, OpenReceiver, ReceivedRecords, Receiver } from "@millrace/ports";
import { errors } from "../errors.ts";
import {
  WEBHOOK_BODY_MS_MAX,
  WEBHOOK_BYTES_IN_HAND_MAX,
  WEBHOOK_CLOSE_MS_MAX,
  WEBHOOK_CONNECTIONS_MAX,
  WEBHOOK_REQUESTS_IN_HAND_MAX,
} from "../limits.ts";
import { Options } from "../options.ts";
import { BodyTooLarge, readBody } from "./read-body.ts";

interface Settings {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly bodyBytesMax: number;
  /** Hash of it: of equal length whatever comes. */
  readonly token: Buffer | undefined;
}

/** What a request is answered with. */
interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * HTTP in: the body of each POST is a record. 200 comes only when it is stored in the topic; whoever has no 200 sends again, and may then have sent twice. Each worker of the job
 * listens; those of one machine share the port. Bodies, requests and bytes in hand are bounded: above, 413 or 429.
 */
export function webhookReceiver(options: ConnectorOptions): Receiver {
  const read = new Options("webhook", options, ["host", "port", "path", "bodyBytesMax", "token"]);
  const settings = {
    host: read.text("host"),
    port: read.whole("port", 0),
    path: read.text("path"),
    bodyBytesMax: read.whole("bodyBytesMax"),
    token: options.token === undefined ? undefined : hashOf(read.secret("token")),
  };
  return { open: (into) => Webhook.listen(settings, into) };
}

class Webhook implements OpenReceiver {
  readonly #settings: Settings;
  readonly #into: ReceivedRecords;
  readonly #server: Server;
  #requests = 0;
  #bytes = 0;
  #isClosing = false;

  private constructor(settings: Settings, into: ReceivedRecords) {
    this.#settings = settings;
    this.#into = into;
    this.#server = createServer({ requestTimeout: WEBHOOK_BODY_MS_MAX, headersTimeout: WEBHOOK_BODY_MS_MAX }, (request, response) => {
      void this.#handle(request, response);
    });
    this.#server.maxConnections = WEBHOOK_CONNECTIONS_MAX;
  }

  static async listen(settings: Settings, into: ReceivedRecords): Promise<Webhook> {
    const webhook = new Webhook(settings, into);
    const { host, port } = settings;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    webhook.#server.once("error", (cause) => reject(errors.webhookNotListening(`${host}:${port}`, cause)));
    webhook.#server.listen({ host, port, reusePort: port !== 0 && process.platform === "linux" }, resolve);
    await promise;
    webhook.#server.on("error", (error) => into.fail(error));
    return webhook;
  }

  get address(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#settings.host}:${port}`;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), WEBHOOK_CLOSE_MS_MAX);
    await closed;
    clearTimeout(timer);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body, headers = {} } = await this.#answer(request).catch(refusalOf);
    if (response.destroyed) return;
    // What was not read of a body that is refused is not waited for.
    const close = this.#isClosing || !request.complete ? { connection: "close" } : {};
    response.writeHead(status, { "content-type": "application/json", ...headers, ...close });
    response.end(`${JSON.stringify(body)}\n`);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return refusal;
    const reserved = lengthOf(request) ?? this.#settings.bodyBytesMax;
    if (this.#isClosing) return unavailable({ code: "job-stopping", message: "this worker of the job is stopping: send it again" });
    if (this.#requests >= WEBHOOK_REQUESTS_IN_HAND_MAX || this.#bytes + reserved > WEBHOOK_BYTES_IN_HAND_MAX) return tooMany();
    this.#requests++;
    this.#bytes += reserved;
    try {
      const value = await readBody(request, this.#settings.bodyBytesMax);
      this.#into.check(value);
      return { status: 200, body: await this.#into.append({ value }) };
    } finally {
      this.#requests--;
      this.#bytes -= reserved;
    }
  }

  /** What is wrong with a request before its body is looked at. */
  #refusal(request: IncomingMessage): Answer | undefined {
    const { path, token, bodyBytesMax } = this.#settings;
    if ((request.url ?? "").split("?", 1)[0] !== path) return refused(404, "unknown-path", `records are taken at ${path}`);
    if (request.method !== "POST")
      return { ...refused(405, "method-not-allowed", "records are taken by POST"), headers: { allow: "POST" } };
    if (token !== undefined && !timingSafeEqual(hashOf(bearerOf(request)), token))
      return { ...refused(401, "unauthorized", "send the token: authorization: Bearer ..."), headers: { "www-authenticate": "Bearer" } };
    return (lengthOf(request) ?? 0) > bodyBytesMax ? tooLarge(bodyBytesMax) : undefined;
  }
}

function refusalOf(cause: unknown): Answer {
  if (cause instanceof BodyTooLarge) return tooLarge(cause.bytesMax);
  const error = toAppError(cause);
  switch (error.kind) {
    case "invalid":
      return refused(error.code === "record-too-large" ? 413 : 400, error.code, error.reason);
    case "exhausted":
      return tooMany();
    default:
      return unavailable({ code: error.code, message: error.reason });
  }
}

function refused(status: number, code: string, message: string): Answer {
  return { status, body: { code, message } };
}

function tooLarge(bodyBytesMax: number): Answer {
  return refused(413, "body-too-large", `a body has at most ${bodyBytesMax} bytes`);
}

function tooMany(): Answer {
  return { ...refused(429, "too-many-requests", "too much is being stored: send it again, more slowly"), headers: { "retry-after": "1" } };
}

function unavailable(body: Answer["body"]): Answer {
  return { status: 503, body, headers: { "retry-after": "1" } };
}

/** What the sender says; undefined: it comes in pieces. */
function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = Number(headers["content-length"] ?? NaN);
  return Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}

function bearerOf({ headers }: IncomingMessage): string {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
