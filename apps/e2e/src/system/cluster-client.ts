import { type Client, createClient } from "@millrace/client";
import { crc32c, createCompressionCodecs } from "@millrace/codecs";
import { createRpcTransport } from "@millrace/rpc";
import { systemClock, systemRandom } from "@millrace/service-kit";

/** A client with the transport that it owns. */
export interface ClusterClient {
  readonly client: Client;
  readonly close: () => Promise<void>;
}

export function connectClient(bootstrap: readonly string[]): ClusterClient {
  const transport = createRpcTransport();
  const client = createClient(
    { bootstrap },
    { transport, clock: systemClock, random: systemRandom, crc32c, compression: createCompressionCodecs() },
  );
  return {
    client,
    close: async () => {
      await client.close();
      await transport.close();
    },
  };
}
