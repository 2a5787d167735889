import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import { AppError } from "@millrace/model";
import type { TlsIdentity } from "@millrace/ports";
import type { FrontProxy } from "../front-proxy.ts";
import { CONNECTIONS_MAX, URL_BYTES_MAX } from "../limits.ts";
import type { ApiAnswer } from "./external-metrics-api.ts";

export interface SecureServer {
  /** host:port, with the real port when 0 was asked for. */
  readonly address: string;
  /** Requests of another front proxy are answered from now on. */
  believe(frontProxy: FrontProxy): void;
  stop(): Promise<void>;
}

export interface SecureServerOptions {
  readonly address: string;
  readonly identity: TlsIdentity;
  readonly frontProxy: FrontProxy;
  readonly answer: (request: { readonly method: string; readonly target: string }) => Promise<ApiAnswer>;
}

/**
 * HTTPS for the API server alone: a connection without a certificate of its front proxy ends in the handshake. Users are not looked at: the API server has
 * asked whether they may before it hands a request on.
 */
export async function startSecureServer({ address, identity, frontProxy, answer }: SecureServerOptions): Promise<SecureServer> {
  let believed = frontProxy;
  const context = () => {
    const { own } = identity.current();
    return { ca: believed.authority, cert: own?.certificate, key: own?.privateKey };
  };
  const server = createServer(
    { ...context(), requestCert: true, rejectUnauthorized: true, maxHeaderSize: URL_BYTES_MAX },
    (request, response) => {
      void respond({ request, response }, believed, answer);
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  const stopFollowing = identity.onChange(() => server.setSecureContext(context()));
  const separator = address.lastIndexOf(":");
  const host = address.slice(0, separator);
  const port = await listen(server, { host, port: Number(address.slice(separator + 1)) });
  return {
    address: `${host}:${port}`,
    believe: (other) => {
      believed = other;
      server.setSecureContext(context());
    },
    stop: () =>
      new Promise((resolve) => {
        stopFollowing();
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function listen(server: Server, at: { readonly host: string; readonly port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === "EADDRINUSE";
      const context = { address: `${at.host}:${at.port}`, setting: "listen-address", detail: cause.message };
      const message = inUse
        ? "another process listens on this address: stop it, or choose another port"
        : "cannot listen on this address: check that host and port are this machine's to use";
      reject(
        new AppError({ kind: inUse ? "conflict" : "invalid", code: inUse ? "port-in-use" : "cannot-listen", message, context, cause }),
      );
    });
    server.listen(at, () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : at.port);
    });
  });
}

async function respond(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { names }: FrontProxy,
  answer: SecureServerOptions["answer"],
): Promise<void> {
  const { socket } = request;
  const name = socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : "";
  const { status, body } =
    names.length === 0 || names.includes(name)
      ? await answer({ method: request.method ?? "", target: request.url ?? "/" })
      : { status: 403, body: { kind: "Status", apiVersion: "v1", status: "Failure", reason: "Forbidden", code: 403 } };
  response.writeHead(status, { "content-type": "application/json" }).end(request.method === "HEAD" ? undefined : JSON.stringify(body));
}
