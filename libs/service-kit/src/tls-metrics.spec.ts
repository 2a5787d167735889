import { describe, expect, it } from "@jest/globals";
import { TestTlsIdentity } from "@millrace/testkit";
import { MetricRegistry } from "./metric-registry.ts";
import { formatPrometheus } from "./prometheus-text.ts";
import { observeCertificate } from "./tls-metrics.ts";

/** Lines of the metric, after a change if there is one. */
function seen(certificate: "service" | undefined, becomes?: "renewed"): readonly string[] {
  const [metrics, identity] = [new MetricRegistry(), new TestTlsIdentity(certificate)];
  observeCertificate(metrics, identity);
  if (becomes !== undefined) identity.become(becomes);
  return formatPrometheus(metrics.collect())
    .split("\n")
    .filter((line) => line.startsWith("millrace_tls_certificate_end_seconds "));
}

describe("observeCertificate", () => {
  it("tells the end of the certificate that is used, and of the one that takes its place", () => {
    const [before, after] = [seen("service"), seen("service", "renewed")];
    expect([before.length, after.length]).toEqual([1, 1]);
    expect(Number(before[0]?.split(" ")[1])).toBeGreaterThan(Date.UTC(2026, 0, 1) / 1_000);
    expect(after).not.toEqual(before);
  });

  it("tells nothing without one", () => {
    expect(seen(undefined)).toEqual([]);
  });
});
