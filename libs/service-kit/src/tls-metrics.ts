import { X509Certificate } from "node:crypto";
import type { GaugeSample, Metrics, TlsIdentity } from "@millrace/ports";

/** Until when the process' own certificate is good, as it is used now: a renewal that was not taken shows here, whatever became of the file. */
export function observeCertificate(metrics: Metrics, identity: TlsIdentity): void {
  let samples: readonly GaugeSample[] = samplesOf(identity);
  identity.onChange(() => (samples = samplesOf(identity)));
  metrics.gauge("millrace_tls_certificate_end_seconds", () => [...samples]);
}

function samplesOf(identity: TlsIdentity): readonly GaugeSample[] {
  const { own } = identity.current();
  return own === undefined ? [] : [{ value: Date.parse(new X509Certificate(own.certificate).validTo) / 1_000 }];
}
