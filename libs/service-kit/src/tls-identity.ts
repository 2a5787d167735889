import { readFileSync, statSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { AppError } from "@millrace/model";
import type { Logger, TlsIdentity, TlsMaterial } from "@millrace/ports";
import { TLS_LOOK_MS } from "./limits.ts";

/** PEM files; empty: not given. */
export interface TlsSettings {
  readonly tlsCaFile: string;
  readonly tlsCertFile: string;
  readonly tlsKeyFile: string;
  readonly tlsClientAuth: "none" | "required";
  readonly tlsPeerName: string;
}

/** Plain text. */
export const NO_TLS: TlsSettings = { tlsCaFile: "", tlsCertFile: "", tlsKeyFile: "", tlsClientAuth: "none", tlsPeerName: "" };

/** An identity that looks after its files until it is closed. */
export interface OpenTlsIdentity extends TlsIdentity {
  close(): void;
}

/**
 * Reads the files of an identity and looks every ten seconds whether they were replaced, as Kubernetes does with those of a Secret. Files that cannot be used are
 * refused at the start; later the former ones stay, with a warning. Undefined: no TLS.
 */
export function openTlsIdentity(settings: TlsSettings, logger: Logger, lookMs = TLS_LOOK_MS): OpenTlsIdentity | undefined {
  const { tlsCaFile, tlsCertFile, tlsKeyFile } = settings;
  if ([tlsCaFile, tlsCertFile, tlsKeyFile].every((file) => file === "")) return undefined;
  if (tlsCaFile === "" || (tlsCertFile === "") !== (tlsKeyFile === "")) throw incomplete(settings);
  const listeners = new Set<() => void>();
  let { material, stamp } = readFiles(settings);
  const look = (): void => {
    try {
      if (stampOf(settings) === stamp) return;
      ({ material, stamp } = readFiles(settings));
      logger.info("tls.reloaded", { certFile: tlsCertFile, caFile: tlsCaFile });
      for (const listener of listeners) listener();
    } catch (error) {
      logger.warn("tls.not-reloaded: the former certificates stay", { certFile: tlsCertFile, caFile: tlsCaFile, error });
    }
  };
  const timer = setInterval(look, lookMs);
  timer.unref();
  return {
    clientAuth: settings.tlsClientAuth,
    peerName: settings.tlsPeerName,
    current: () => material,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      clearInterval(timer);
    },
  };
}

/** What the files hold, with a stamp from before they were read: what is replaced meanwhile is seen at the next look. */
function readFiles(settings: TlsSettings): { readonly material: TlsMaterial; readonly stamp: string } {
  const { tlsCaFile, tlsCertFile, tlsKeyFile } = settings;
  try {
    const stamp = stampOf(settings);
    const ca = readFileSync(tlsCaFile);
    const own = tlsCertFile === "" ? undefined : { certificate: readFileSync(tlsCertFile), privateKey: readFileSync(tlsKeyFile) };
    createSecureContext({ ca, ...(own === undefined ? {} : { cert: own.certificate, key: own.privateKey }) }); // throws where they do not fit
    return { material: own === undefined ? { ca } : { ca, own }, stamp };
  } catch (cause) {
    throw new AppError({
      kind: "invalid",
      code: "tls-files",
      message: "certificates cannot be used: give PEM files that this process may read, the key that of the certificate",
      context: {
        caFile: tlsCaFile,
        certFile: tlsCertFile,
        keyFile: tlsKeyFile,
        detail: cause instanceof Error ? cause.message : String(cause),
      },
      cause,
    });
  }
}

/** Another one when a file was replaced or written. */
function stampOf({ tlsCaFile, tlsCertFile, tlsKeyFile }: TlsSettings): string {
  return [tlsCaFile, tlsCertFile, tlsKeyFile]
    .filter((file) => file !== "")
    .map((file) => {
      const { ino, mtimeMs, size } = statSync(file);
      return `${ino} ${mtimeMs} ${size}`;
    })
    .join(",");
}

function incomplete({ tlsCaFile, tlsCertFile, tlsKeyFile }: TlsSettings): AppError {
  return new AppError({
    kind: "invalid",
    code: "tls-incomplete",
    message: "TLS needs tls-ca-file, and tls-cert-file and tls-key-file together: give those that are missing, or none",
    context: { caFile: tlsCaFile, certFile: tlsCertFile, keyFile: tlsKeyFile },
  });
}
