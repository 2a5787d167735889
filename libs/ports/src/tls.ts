/** Certificates of this process, as PEM. */
export interface TlsMaterial {
  /** Authorities that peers' certificates must come from. */
  readonly ca: Buffer;
  /** Absent: a client that shows no certificate. */
  readonly own?: { readonly certificate: Buffer; readonly privateKey: Buffer };
}

/** Who this process is on TLS connections, and whom it believes. Certificates change while it runs; connections that are open keep theirs. */
export interface TlsIdentity {
  /** Whether listeners ask clients for a certificate, and refuse those without. */
  readonly clientAuth: "none" | "required";
  /** Name that the certificate of a peer must have which is reached by its IP address, as job workers are; empty: the address itself. */
  readonly peerName: string;
  current(): TlsMaterial;
  /** Called after each change. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
}
