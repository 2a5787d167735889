import { AppError, toAppError } from "@millrace/model";
import type { AskKubernetes } from "@millrace/service-kit";

const PATH = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";

/** Whose requests are answered: the API server's, which has asked whether its user may, and shows this certificate. */
export interface FrontProxy {
  /** PEM of the authority that its certificate comes from. */
  readonly authority: string;
  /** Common names that its certificate may have; empty: any. */
  readonly names: readonly string[];
}

/** Reads it where every extension of the API server finds it; needs the role `extension-apiserver-authentication-reader`. */
export async function readFrontProxy(ask: AskKubernetes): Promise<FrontProxy> {
  const { status, body } = await ask(PATH).catch((cause: unknown) => {
    throw frontProxyError("the API server cannot be asked whose requests to believe", { detail: toAppError(cause).message });
  });
  if (status !== 200)
    throw frontProxyError(
      "the API server does not tell whose requests to believe: bind the role extension-apiserver-authentication-reader of kube-system",
      { status },
    );
  const data = (body as { data?: Readonly<Record<string, string>> }).data ?? {};
  const authority = data["requestheader-client-ca-file"] ?? "";
  if (authority === "")
    throw frontProxyError("the cluster has no front proxy: start the API server with --requestheader-client-ca-file", { path: PATH });
  return { authority, names: JSON.parse(data["requestheader-allowed-names"] ?? "[]") as readonly string[] };
}

function frontProxyError(message: string, context: Readonly<Record<string, string | number>>): AppError {
  return new AppError({ kind: "unavailable", code: "front-proxy-unknown", message, context });
}
