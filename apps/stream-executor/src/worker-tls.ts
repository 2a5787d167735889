import type { TlsSettings } from "@millrace/service-kit";

/** A worker has the executor's identity: the names of its settings in the environment that it starts with. */
const NAMES = {
  tlsCaFile: "MILLRACE_TLS_CA_FILE",
  tlsCertFile: "MILLRACE_TLS_CERT_FILE",
  tlsKeyFile: "MILLRACE_TLS_KEY_FILE",
  tlsClientAuth: "MILLRACE_TLS_CLIENT_AUTH",
  tlsPeerName: "MILLRACE_TLS_PEER_NAME",
} as const satisfies Record<keyof TlsSettings, string>;

export function tlsEnvironment(settings: TlsSettings): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [name, settings[key as keyof TlsSettings]]));
}

export function tlsOfEnvironment(env: NodeJS.ProcessEnv): TlsSettings {
  return {
    tlsCaFile: env[NAMES.tlsCaFile] ?? "",
    tlsCertFile: env[NAMES.tlsCertFile] ?? "",
    tlsKeyFile: env[NAMES.tlsKeyFile] ?? "",
    tlsClientAuth: env[NAMES.tlsClientAuth] === "required" ? "required" : "none",
    tlsPeerName: env[NAMES.tlsPeerName] ?? "",
  };
}
