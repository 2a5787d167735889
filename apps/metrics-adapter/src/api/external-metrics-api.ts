import { type AppError, toAppError } from "@millrace/model";
import type { LagSource } from "../lag/lag-source.ts";
import { parseLabelSelector } from "./label-selector.ts";
import { externalMetrics } from "./metrics.ts";
import { quantity } from "./quantity.ts";

const GROUP = "external.metrics.k8s.io";
const VERSION = "v1beta1";
const GROUP_VERSION = { groupVersion: `${GROUP}/${VERSION}`, version: VERSION };

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What the API server hands on: `target` is path and query. `nowIso` is the time of the values. */
export async function answerApi(
  request: { readonly method: string; readonly target: string; readonly nowIso: string },
  source: LagSource,
): Promise<ApiAnswer> {
  if (request.method !== "GET" && request.method !== "HEAD")
    return failure(405, "MethodNotAllowed", "external metrics can only be read: use GET");
  const [path = "", query = ""] = request.target.split("?", 2);
  const parts = path.split("/").filter((part) => part !== "");
  if (parts[0] !== "apis" || (parts[1] ?? GROUP) !== GROUP || (parts[2] ?? VERSION) !== VERSION) return notFound(path);
  if (parts.length === 1) return { status: 200, body: { kind: "APIGroupList", apiVersion: "v1", groups: [apiGroup()] } };
  if (parts.length === 2) return { status: 200, body: { kind: "APIGroup", apiVersion: "v1", ...apiGroup() } };
  if (parts.length === 3) return { status: 200, body: resources() };
  const [, , , word, , metricName, ...more] = parts;
  if (word !== "namespaces" || metricName === undefined || more.length > 0) return notFound(path);
  return readMetric({ metricName, selector: new URLSearchParams(query).get("labelSelector") ?? "", nowIso: request.nowIso }, source);
}

async function readMetric(
  asked: { readonly metricName: string; readonly selector: string; readonly nowIso: string },
  source: LagSource,
): Promise<ApiAnswer> {
  const { metricName, nowIso } = asked;
  const metric = externalMetrics.find(({ name }) => name === metricName);
  const known = externalMetrics.map(({ name }) => name).join(", ");
  if (metric === undefined) return failure(404, "NotFound", `no such metric: ${metricName}; there are ${known}`);
  const selector = parseLabelSelector(asked.selector);
  if (selector === undefined)
    return failure(400, "BadRequest", `not a label selector: ${asked.selector}; write label=value or label in (a, b)`);
  try {
    const values = await metric.read(source, selector);
    const items = values.map(({ labels, value }) => ({ metricName, metricLabels: labels, timestamp: nowIso, value: quantity(value) }));
    return { status: 200, body: { kind: "ExternalMetricValueList", apiVersion: GROUP_VERSION.groupVersion, metadata: {}, items } };
  } catch (error) {
    return failureOf(toAppError(error));
  }
}

function apiGroup(): object {
  return { name: GROUP, versions: [GROUP_VERSION], preferredVersion: GROUP_VERSION };
}

function resources(): object {
  const verbs = ["get"];
  const kind = "ExternalMetricValueList";
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: GROUP_VERSION.groupVersion,
    resources: externalMetrics.map(({ name }) => ({ name, singularName: "", namespaced: true, kind, verbs })),
  };
}

function notFound(path: string): ApiAnswer {
  return failure(404, "NotFound", `nothing is served at ${path}: ask /apis/${GROUP_VERSION.groupVersion} for metrics`);
}

/** Autoscalers change nothing on an error, and tell it in their status. */
function failureOf({ kind, message, code }: AppError): ApiAnswer {
  const text = `${message} [${code}]`;
  if (kind === "invalid" || kind === "exhausted") return failure(400, "BadRequest", text);
  return kind === "internal" ? failure(500, "InternalError", text) : failure(503, "ServiceUnavailable", text);
}

function failure(status: number, reason: string, message: string): ApiAnswer {
  return { status, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code: status } };
}
