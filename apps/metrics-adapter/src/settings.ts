import { kitSettings } from "@millrace/service-kit";
import { z } from "zod";

/** Settings of the metrics adapter: those of every service, the cluster it looks at, and how the API server reaches it. */
export const metricsAdapterSchema = z.object({
  ...kitSettings.shape,
  brokers: z
    .array(z.string().regex(/^.+:\d{1,5}$/, "host:port"))
    .min(1)
    .describe("host:port of brokers of the cluster (gRPC); one that answers is enough."),
  listenAddress: z
    .string()
    .regex(/^.+:\d{1,5}$/, "host:port")
    .default("0.0.0.0:6443")
    .describe("Where external.metrics.k8s.io is served over HTTPS, for the API server alone; port 0 takes a free one."),
  servingFolder: z
    .string()
    .default("/etc/millrace-serving")
    .describe("Folder with ca.crt, tls.crt and tls.key of that listener; read again when they change."),
});

export type MetricsAdapterSettings = z.output<typeof metricsAdapterSchema>;
