import { type Client, createClient } from "@millrace/client";
import { createCompressionCodecs, crc32c } from "@millrace/codecs";
import type { RpcTransport } from "@millrace/contracts";
import { NO_TRACER, type Tracer } from "@millrace/ports";
import { createRpcTransport } from "@millrace/rpc";
import { systemClock, systemRandom } from "@millrace/service-kit";

/** A client with connections of its own. */
export interface Connection {
  readonly address: string;
  readonly client: Client;
  readonly transport: RpcTransport;
  close(): Promise<void>;
}

/** Connects as any program that uses the client library does. */
export function connect(address: string, tracer: Tracer = NO_TRACER): Connection {
  const transport = createRpcTransport();
  const compression = createCompressionCodecs();
  const client = createClient(
    { bootstrap: [address] },
    { transport, clock: systemClock, random: systemRandom, crc32c, compression, tracer },
  );
  return {
    address,
    client,
    transport,
    close: async () => {
      await client.close();
      await transport.close();
    },
  };
}
