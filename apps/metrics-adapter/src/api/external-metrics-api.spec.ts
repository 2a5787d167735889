import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import type { LagSource } from "../lag/lag-source.ts";
import { answerApi } from "./external-metrics-api.ts";

const ROOT = "/apis/external.metrics.k8s.io/v1beta1";
const source: LagSource = {
  jobs: () =>
    Promise.resolve([
      { name: "counts", records: 1_000, seconds: 2.5 },
      { name: "joins", records: 200, seconds: 60 },
    ]),
  groups: (names) => Promise.resolve([{ name: names?.join("+") ?? "all", records: 7, seconds: 0 }]),
};

function get(target: string, from: LagSource = source): Promise<{ status: number; body: unknown }> {
  return answerApi({ method: "GET", target, nowIso: "2026-01-01T00:00:00Z" }, from);
}

/** Labels and values of an answer. */
async function read(metric: string, selector = ""): Promise<unknown> {
  const query = selector === "" ? "" : `?labelSelector=${encodeURIComponent(selector)}`;
  const { status, body } = await get(`${ROOT}/namespaces/any/${metric}${query}`);
  if (status !== 200) return status;
  return (body as { items: { metricLabels: object; value: string }[] }).items.map(({ metricLabels, value }) => [
    Object.values(metricLabels).join(),
    value,
  ]);
}

describe("external.metrics.k8s.io", () => {
  it("answers a metric as a list of values", async () => {
    expect(await get(`${ROOT}/namespaces/any/millrace_job_lag_seconds?labelSelector=job%3Dcounts`)).toEqual({
      status: 200,
      body: {
        kind: "ExternalMetricValueList",
        apiVersion: "external.metrics.k8s.io/v1beta1",
        metadata: {},
        items: [
          { metricName: "millrace_job_lag_seconds", metricLabels: { job: "counts" }, timestamp: "2026-01-01T00:00:00Z", value: "2500m" },
        ],
      },
    });
  });

  it.each([
    [
      "millrace_job_lag_records",
      "",
      [
        ["counts", "1000"],
        ["joins", "200"],
      ],
    ],
    ["millrace_job_lag_records", "job in (joins)", [["joins", "200"]]],
    ["millrace_job_lag_records", "job=nobody", []],
    ["millrace_jobs_lag_records", "", [["", "1200"]]],
    ["millrace_jobs_lag_seconds", "", [["", "60"]]],
    ["millrace_group_lag_records", "group=g", [["g", "7"]]],
    ["millrace_group_lag_records", "", [["all", "7"]]],
    ["millrace_lag", "", 404],
    ["millrace_job_lag_records", "job>1", 400],
  ])("%s where %s", async (metric, selector, expected) => {
    expect(await read(metric, selector)).toEqual(expected);
  });

  it("lists its metrics", async () => {
    const { body } = await get(ROOT);
    const { kind, resources } = body as { kind: string; resources: { name: string; namespaced: boolean }[] };
    expect({ kind, count: resources.length, namespaced: resources.every(({ namespaced }) => namespaced) }).toEqual({
      kind: "APIResourceList",
      count: 6,
      namespaced: true,
    });
    expect((await get("/apis/external.metrics.k8s.io")).body).toMatchObject({ kind: "APIGroup", name: "external.metrics.k8s.io" });
  });

  it.each(["/", "/openapi/v2", "/apis/apps/v1", `${ROOT}/nodes/n/m`, `${ROOT}/namespaces/any/millrace_jobs_lag_records/more`])(
    "%s: nothing is there",
    async (target) => {
      expect((await get(target)).status).toBe(404);
    },
  );

  it("can only be read", async () => {
    expect((await answerApi({ method: "POST", target: ROOT, nowIso: "" }, source)).status).toBe(405);
  });

  it.each([
    ["unavailable", 503],
    ["retry", 503],
    ["invalid", 400],
    ["internal", 500],
  ] as const)("an error of kind %s is no value: status %d", async (kind, status) => {
    const failing: LagSource = { ...source, jobs: () => Promise.reject(new AppError({ kind, code: "some-code", message: "why" })) };
    const answer = await get(`${ROOT}/namespaces/any/millrace_jobs_lag_records`, failing);
    expect(answer).toMatchObject({ status, body: { kind: "Status", message: "why [some-code]" } });
  });
});
