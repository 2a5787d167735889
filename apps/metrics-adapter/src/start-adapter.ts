import { join } from "node:path";
import { createClient } from "@millrace/client";
import { crc32c, createCompressionCodecs } from "@millrace/codecs";
import { AppError } from "@millrace/model";
import { createRpcTransport } from "@millrace/rpc";
import { type AskKubernetes, askKubernetes, NO_TLS, openTlsIdentity, type RunningService, type ServiceKit } from "@millrace/service-kit";
import { answerApi } from "./api/external-metrics-api.ts";
import { startSecureServer } from "./api/secure-server.ts";
import { readFrontProxy } from "./front-proxy.ts";
import { createClusterLag } from "./lag/cluster-lag.ts";
import { sharedLag } from "./lag/shared-lag.ts";
import { AUTHORITY_REFRESH_MS, CALL_TIMEOUT_MS } from "./limits.ts";
import type { MetricsAdapterSettings } from "./settings.ts";

/** An adapter that runs in this process. */
export interface RunningAdapter extends RunningService {
  readonly address: string;
}

/** Starts an adapter on a kit: learns whose requests to answer, and listens. Of the cluster nothing is asked before the first question. */
export async function startAdapter(
  settings: MetricsAdapterSettings,
  kit: ServiceKit,
  ask: AskKubernetes = askKubernetes,
): Promise<RunningAdapter> {
  const logger = kit.loggerOf("metrics-adapter");
  const { clock, random, tls } = kit;
  const frontProxy = await readFrontProxy(ask);
  const identity = openTlsIdentity({ ...NO_TLS, ...servingFiles(settings.servingFolder) }, logger);
  if (identity?.current().own === undefined) throw noCertificate(settings.servingFolder);
  const transport = createRpcTransport({ tls });
  const client = createClient(
    { bootstrap: settings.brokers, retryForMs: CALL_TIMEOUT_MS, requestTimeoutMs: CALL_TIMEOUT_MS },
    { transport, clock, random, crc32c, compression: createCompressionCodecs() },
  );
  const source = sharedLag(createClusterLag({ client, transport, clock }), clock);
  const server = await startSecureServer({
    address: settings.listenAddress,
    identity,
    frontProxy,
    answer: async (request) => {
      const answered = await answerApi({ ...request, nowIso: new Date(clock.wallMs()).toISOString() }, source);
      // The API server also asks for what is not here, such as OpenAPI documents.
      const isOwnFault = answered.status >= 500;
      if (isOwnFault) logger.warn("external metric not answered", { target: request.target, body: answered.body });
      return answered;
    },
  });
  const refresh = setInterval(() => {
    readFrontProxy(ask).then(
      (fresh) => server.believe(fresh),
      (error: unknown) => logger.warn("the API server's authority is not read again: the former one stays", { error }),
    );
  }, AUTHORITY_REFRESH_MS);
  logger.info("metrics-adapter.listening", { address: server.address });
  return {
    address: server.address,
    stop: async () => {
      clearInterval(refresh);
      await server.stop();
      identity.close();
      await client.close();
      await transport.close();
    },
  };
}

function servingFiles(folder: string): { readonly tlsCaFile: string; readonly tlsCertFile: string; readonly tlsKeyFile: string } {
  return { tlsCaFile: join(folder, "ca.crt"), tlsCertFile: join(folder, "tls.crt"), tlsKeyFile: join(folder, "tls.key") };
}

function noCertificate(folder: string): AppError {
  return new AppError({
    kind: "invalid",
    code: "tls-without-certificate",
    message: "a listener needs a certificate and its key: put ca.crt, tls.crt and tls.key into the serving folder",
    context: { folder },
  });
}
