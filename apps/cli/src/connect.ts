import { createClient } from "@millrace/client";
import { crc32c, createCompressionCodecs } from "@millrace/codecs";
import { createRpcTransport } from "@millrace/rpc";
import { SILENT_LOGGER } from "@millrace/ports";
import { NO_TLS, openTlsIdentity, systemClock, systemRandom } from "@millrace/service-kit";
import { CLUSTER_RETRY_MS } from "./limits.ts";
import type { Connection, ConnectOptions } from "./world.ts";

/** A client over gRPC. Nothing is asked of the cluster before its first use. */
export function connect(addresses: readonly string[], options: ConnectOptions = {}): Connection {
  const { caFile = "", certFile = "", keyFile = "", peerName = "" } = options.tls ?? {};
  const settings = { ...NO_TLS, tlsCaFile: caFile, tlsCertFile: certFile, tlsKeyFile: keyFile, tlsPeerName: peerName };
  const tls = openTlsIdentity(settings, SILENT_LOGGER);
  const transport = createRpcTransport({ tls });
  const ports = { transport, clock: systemClock, random: systemRandom, crc32c, compression: createCompressionCodecs() };
  const client = createClient({ bootstrap: addresses, retryForMs: options.retryForMs ?? CLUSTER_RETRY_MS }, ports);
  return {
    client,
    close: async () => {
      await client.close();
      await transport.close();
      tls?.close();
    },
  };
}
