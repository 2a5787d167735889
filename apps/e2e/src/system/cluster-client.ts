import { type Client, createClient } from "@millrace/client";
import { crc32c, createCompressionCodecs } from "@millrace/codecs";
import { NO_TRACER, type Tracer } from "@millrace/ports";
import { createRpcTransport } from "@millrace/rpc";
import { systemClock, systemRandom } from "@millrace/service-kit";

/** A client with the transport that it owns. */
export interface ClusterClient {
  readonly client: Client;
  readonly close: () => Promise<void>;
}

export function connectClient(bootstrap: readonly string[], tracer: Tracer = NO_TRACER): ClusterClient {
  const transport = createRpcTransport();
  const client = createClient(
    { bootstrap },
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
