import { type Client, createClient } from "@millrace/client";
import { crc32c, createCompressionCodecs } from "@millrace/codecs";
import { NO_TRACER, type TlsIdentity, type Tracer } from "@millrace/ports";
import { createRpcTransport } from "@millrace/rpc";
import { systemClock, systemRandom } from "@millrace/service-kit";

/** A client with the transport that it owns. */
export interface ClusterClient {
  readonly client: Client;
  readonly close: () => Promise<void>;
}

/** How a client connects; absent: without traces, in plain text. */
export interface ConnectOptions {
  readonly tracer?: Tracer;
  readonly tls?: TlsIdentity | undefined;
  /** How long an unreachable cluster is tried. */
  readonly retryForMs?: number;
}

export function connectClient(bootstrap: readonly string[], options: ConnectOptions = {}): ClusterClient {
  const { tracer = NO_TRACER, tls, retryForMs } = options;
  const transport = createRpcTransport({ tls });
  const client = createClient(
    { bootstrap, ...(retryForMs === undefined ? {} : { retryForMs }) },
    { transport, clock: systemClock, random: systemRandom, crc32c, compression: createCompressionCodecs(), tracer },
  );
  return {
    client,
    close: async () => {
      await client.close();
      await transport.close();
    },
  };
}
