import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { TlsIdentity } from "@millrace/ports";

/** A server of connections, over TLS if there is an identity. New certificates are those of connections made from then on. */
export function tcpServer(tls: TlsIdentity | undefined, onConnection: (socket: Socket) => void): Server {
  if (tls === undefined) return createServer({ allowHalfOpen: false, pauseOnConnect: true }, onConnection);
  const server = createTlsServer({ ...contextOf(tls), requestCert: tls.clientAuth === "required", allowHalfOpen: false }, onConnection);
  const stopFollowing = tls.onChange(() => {
    server.setSecureContext(contextOf(tls));
  });
  server.once("close", stopFollowing);
  return server;
}

function contextOf(tls: TlsIdentity) {
  const { ca, own } = tls.current();
  return { ca, ...(own === undefined ? {} : { cert: own.certificate, key: own.privateKey }) };
}
