import type { AddressInfo, Server, Socket } from "node:net";
import type { KafkaConnectionHandler, KafkaListener, KafkaServer, Logger, TlsIdentity } from "@millrace/ports";
import { Connection } from "./connection.ts";
import { netErrors } from "./errors.ts";
import { FramePool } from "./frame-pool.ts";
import { CONNECTIONS_MAX, IDLE_MS_DEFAULT, READ_BYTES, STALL_MS_DEFAULT } from "./limits.ts";
import { tcpServer } from "./tcp-server.ts";

export interface KafkaListenerOptions {
  readonly logger: Logger;
  /** Absent: plain text. Kafka's clients set `security.protocol=SSL`. */
  readonly tls?: TlsIdentity | undefined;
  /** How long a connection may say nothing while nothing is under way. */
  readonly idleMs?: number;
  /** How long a client may leave an answer unread. */
  readonly stallMs?: number;
}

/**
 * The listener port on TCP. The host `localhost` listens on IPv4 and IPv6, as clients try either first (G41). Closes, with the reason in the log, connections
 * whose handler rejects, whose frames have an impossible size, that are idle for too long, and that do not read their answers.
 */
export function createKafkaListener(options: KafkaListenerOptions): KafkaListener {
  return {
    listen: async (address, onConnection) => {
      const { host, port } = hostAndPort(address);
      const pool = new ConnectionPool(onConnection, options);
      const [first = host, ...others] = host === "localhost" ? ["127.0.0.1", "::1"] : [host];
      const servers = [await bind({ host: first, port, address }, pool)];
      const boundPort = portOf(servers[0]);
      for (const other of others) {
        const server = await bind({ host: other, port: boundPort, address }, pool).catch((error: unknown) => {
          options.logger.debug("kafka listener has no ipv6", { address: other, error });
        });
        if (server !== undefined) servers.push(server);
      }
      return kafkaServer(servers, pool, `${address.slice(0, address.lastIndexOf(":"))}:${boundPort}`);
    },
  };
}

class ConnectionPool {
  readonly #onConnection: KafkaConnectionHandler;
  readonly #options: KafkaListenerOptions;
  readonly #connections = new Set<Connection>();
  readonly #frames = new FramePool();
  readonly #readBuffer = new Uint8Array(READ_BYTES);
  #nextId = 1;
  #onEmpty: (() => void) | undefined;

  constructor(onConnection: KafkaConnectionHandler, options: KafkaListenerOptions) {
    this.#onConnection = onConnection;
    this.#options = options;
  }

  get tls(): TlsIdentity | undefined {
    return this.#options.tls;
  }

  /** A handshake that failed: a client that speaks plain text, believes another authority, or shows no certificate. */
  refused(socket: Socket, error: Error): void {
    this.#options.logger.debug("kafka connection without a TLS handshake", { peer: socket.remoteAddress, error });
  }

  add(socket: Socket): void {
    const { logger, idleMs = IDLE_MS_DEFAULT, stallMs = STALL_MS_DEFAULT } = this.#options;
    const connection = new Connection(socket, this.#onConnection, {
      id: this.#nextId++,
      idleMs,
      stallMs,
      logger,
      pool: this.#frames,
      readBuffer: this.#readBuffer,
      onClosed: () => {
        this.#connections.delete(connection);
        if (this.#connections.size === 0) this.#onEmpty?.();
      },
    });
    this.#connections.add(connection);
  }

  async stop(deadlineMs: number): Promise<void> {
    if (this.#connections.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onEmpty = resolve;
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, deadlineMs);
    for (const connection of this.#connections) connection.stop();
    await promise;
    clearTimeout(timer);
  }
}

function kafkaServer(servers: readonly Server[], pool: ConnectionPool, address: string): KafkaServer {
  let stopping: Promise<void> | undefined;
  return {
    address,
    stop: ({ deadlineMs }) => {
      for (const server of servers) if (server.listening) server.close();
      return (stopping ??= pool.stop(deadlineMs));
    },
  };
}

function bind({ host, port, address }: { host: string; port: number; address: string }, pool: ConnectionPool): Promise<Server> {
  const server = tcpServer(pool.tls, (socket) => pool.add(socket));
  server.on("tlsClientError", (error: Error, socket: Socket) => pool.refused(socket, error));
  server.maxConnections = CONNECTIONS_MAX;
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? netErrors.portInUse(address, error) : netErrors.cannotListen(address, error));
    });
    server.listen({ host, port }, () => resolve(server));
  });
}

function portOf(server: Server | undefined): number {
  const bound = server?.address() as AddressInfo;
  return bound.port;
}

function hostAndPort(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, "$1"), port: Number(address.slice(colon + 1)) };
}
