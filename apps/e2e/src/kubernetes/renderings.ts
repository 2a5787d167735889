import { TEST_VALUES } from "./steps.ts";

/** Renderings that must be valid: what is on by default, and everything that can be switched on. */
export const renderings: Readonly<Record<string, readonly string[]>> = {
  default: [],
  ha: TEST_VALUES,
  everything: [
    ...TEST_VALUES,
    ...setting(
      "networkPolicy.enabled=true",
      "tls.enabled=true",
      "executor.autoscaling.enabled=true",
      "executor.autoscaling.lag.enabled=true",
      "executor.autoscaling.lag.secondsMax=60",
      "monitoring.dashboards.enabled=true",
      "monitoring.prometheus.enabled=true",
      "jobSubmit.createTopics=true",
      "telemetry.otlpEndpoint=http://otel:4317",
    ),
    ...["--set-string", "jobs.nothing=export default 1"],
  ],
  balancers: [
    ...TEST_VALUES,
    ...setting(
      "broker.external.type=LoadBalancer",
      "broker.external.hostTemplate=b-{id}.example.com",
      "broker.external.sourceRanges={10.0.0.0/8}",
    ),
  ],
  "own-redis": setting("redis.external.enabled=true,redis.external.url=redis://cache:6379"),
};

function setting(...values: readonly string[]): readonly string[] {
  return values.flatMap((value) => ["--set", value]);
}
