import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { type ChannelCredentials, credentials, experimental, ServerCredentials } from "@grpc/grpc-js";
import { AppError } from "@millrace/model";
import type { TlsIdentity } from "@millrace/ports";

/** Credentials of a server: plain text without an identity. */
export function serverCredentials(identity: TlsIdentity | undefined): ServerCredentials {
  if (identity === undefined) return ServerCredentials.createInsecure();
  if (identity.current().own === undefined)
    throw new AppError({
      kind: "invalid",
      code: "tls-without-certificate",
      message: "a listener needs a certificate and its key: set tls-cert-file and tls-key-file",
    });
  const provider = providerOf(identity);
  // Asked for in any case; only where it is required a connection without one, or of another authority, ends.
  return experimental.createCertificateProviderServerCredentials(provider, provider, identity.clientAuth === "required");
}

/** Credentials of a client: it shows its own certificate if it has one. */
export function channelCredentials(identity: TlsIdentity | undefined): ChannelCredentials {
  if (identity === undefined) return credentials.createInsecure();
  const provider = providerOf(identity);
  return experimental.createCertificateProviderChannelCredentials(provider, identity.current().own === undefined ? null : provider, {
    checkServerIdentity: (host, certificate) => peerError(identity, host, certificate),
  });
}

/** A peer that is reached by address may name itself by the agreed name instead: no certificate knows the address of a pod. */
function peerError({ peerName }: TlsIdentity, host: string, certificate: PeerCertificate): Error | undefined {
  const error = checkServerIdentity(host, certificate);
  return error !== undefined && peerName !== "" && isIP(host) !== 0 ? checkServerIdentity(peerName, certificate) : error;
}

/** An identity as grpc-js takes it: it asks for updates, and the first is what there is now. */
function providerOf(identity: TlsIdentity): experimental.CertificateProvider {
  const caListeners = new Map<experimental.CaCertificateUpdateListener, () => void>();
  const ownListeners = new Map<experimental.IdentityCertificateUpdateListener, () => void>();
  return {
    addCaCertificateListener: (listener) => {
      caListeners.set(
        listener,
        follow(identity, () => listener({ caCertificate: identity.current().ca })),
      );
    },
    removeCaCertificateListener: (listener) => {
      caListeners.get(listener)?.();
      caListeners.delete(listener);
    },
    addIdentityCertificateListener: (listener) => {
      ownListeners.set(
        listener,
        follow(identity, () => listener(identity.current().own ?? null)),
      );
    },
    removeIdentityCertificateListener: (listener) => {
      ownListeners.get(listener)?.();
      ownListeners.delete(listener);
    },
  };
}

function follow(identity: TlsIdentity, tell: () => void): () => void {
  process.nextTick(tell);
  return identity.onChange(tell);
}
