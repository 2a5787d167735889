import { z } from "zod";
import { LOG_LEVELS } from "./logger.ts";
import { DRAIN_MS } from "./limits.ts";

/** Settings that every service has; a service spreads `.shape` into its own schema. */
export const kitSettings = z.object({
  logLevel: z.enum(LOG_LEVELS).default("info").describe("Least serious log lines to write."),
  logFormat: z
    .enum(["auto", "json", "pretty"])
    .default("auto")
    .describe("JSON lines, or lines for people; auto asks whether stderr is a terminal."),
  adminAddress: z
    .string()
    .regex(/^(off|.+:\d{1,5})$/, "host:port, or off")
    .default("0.0.0.0:9464")
    .describe("Where /metrics, /livez and /readyz are served; port 0 takes a free one, `off` serves none."),
  otlpEndpoint: z
    .string()
    .default("")
    .describe("OTLP (gRPC) endpoint for traces and metrics, like http://collector:4317; empty: OTEL_EXPORTER_OTLP_ENDPOINT, else none."),
  tlsCaFile: z
    .string()
    .default("")
    .describe(
      "PEM file of the authorities that peers' certificates must come from. With it every listener and every connection to others is TLS.",
    ),
  tlsCertFile: z
    .string()
    .default("")
    .describe("PEM file of this process' certificate, for listeners and as a client of others; read again when it changes."),
  tlsKeyFile: z.string().default("").describe("PEM file of the certificate's key."),
  tlsClientAuth: z
    .enum(["none", "required"])
    .default("none")
    .describe("Whether clients must show a certificate (mutual TLS), on every listener."),
  tlsPeerName: z
    .string()
    .default("")
    .describe(
      "Name in the certificates of peers that are reached by IP address, as job workers are; empty: the address must be in the certificate.",
    ),
  drainMs: z.int().min(0).max(600_000).default(DRAIN_MS).describe("Time for running work to finish after SIGTERM."),
});

export type KitSettings = z.output<typeof kitSettings>;
