import { readFileSync } from "node:fs";
import { request } from "node:https";

const ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";
const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024; // A node with hundreds of images is some 100 KiB.

/** What the API server of the pod's cluster answered. */
export interface KubernetesAnswer {
  readonly status: number;
  /** Parsed; undefined where the status is not 200. */
  readonly body: unknown;
}

/** How the API server is asked; replaced in specs. */
export type AskKubernetes = (path: string) => Promise<KubernetesAnswer>;

/** Gets an object from the API server with the pod's own account, whose token must be mounted. Rejects when it cannot be asked. */
export const askKubernetes: AskKubernetes = (path) => {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const headers = { authorization: `Bearer ${readFileSync(`${ACCOUNT_FOLDER}/token`, "utf8")}` };
  const ca = readFileSync(`${ACCOUNT_FOLDER}/ca.crt`);
  const { promise, resolve, reject } = Promise.withResolvers<KubernetesAnswer>();
  const asked = request({ host, port, path, headers, ca, timeout: TIMEOUT_MS }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.length > ANSWER_BYTES_MAX) asked.destroy(new Error("answer too large"));
    });
    response.on("end", () => {
      const status = response.statusCode ?? 0;
      try {
        resolve({ status, body: status === 200 ? JSON.parse(text) : undefined });
      } catch (error) {
        reject(error);
      }
    });
  });
  asked.on("timeout", () => asked.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
  asked.on("error", reject);
  asked.end();
  return promise;
};
