import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TlsIdentity, TlsMaterial } from "@millrace/ports";

export type TestCertificate = "service" | "worker" | "renewed" | "stranger";

/** A PEM file of tests: a certificate, its key, or an authority. */
export function testTlsFile(name: string): string {
  return join(import.meta.dirname, import.meta.dirname.includes("/dist/") ? "../../tls" : "../tls", name);
}

/** An identity for specs: it may become another while it is used. */
export class TestTlsIdentity implements TlsIdentity {
  readonly clientAuth: "none" | "required";
  readonly peerName: string;
  readonly #listeners = new Set<() => void>();
  #material: TlsMaterial;

  constructor(certificate: TestCertificate | undefined, options: { clientAuth?: "none" | "required"; peerName?: string } = {}) {
    this.clientAuth = options.clientAuth ?? "none";
    this.peerName = options.peerName ?? "";
    this.#material = materialOf(certificate);
  }

  current(): TlsMaterial {
    return this.#material;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  become(certificate: TestCertificate): void {
    this.#material = materialOf(certificate);
    for (const listener of this.#listeners) listener();
  }
}

function materialOf(certificate: TestCertificate | undefined): TlsMaterial {
  const ca = readFileSync(testTlsFile(certificate === "stranger" ? "other-ca.pem" : "ca.pem"));
  if (certificate === undefined) return { ca };
  return {
    ca,
    own: { certificate: readFileSync(testTlsFile(`${certificate}.pem`)), privateKey: readFileSync(testTlsFile(`${certificate}.key`)) },
  };
}
