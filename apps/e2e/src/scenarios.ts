import type { Scenario } from "./scenario.ts";
import { abuse } from "./scenarios/abuse.ts";
import { allBrokers } from "./scenarios/all-brokers.ts";
import { answers } from "./scenarios/answers.ts";
import { backup } from "./scenarios/backup.ts";
import { badInput } from "./scenarios/bad-input.ts";
import { checkpointBucket, checkpointFiles } from "./scenarios/checkpoint-files.ts";
import { clients } from "./scenarios/clients.ts";
import { exactlyOnceCopy } from "./scenarios/exactly-once-copy.ts";
import { chaos } from "./scenarios/chaos.ts";
import { chaos3 } from "./scenarios/chaos3.ts";
import { dashboards } from "./scenarios/dashboards.ts";
import { disk } from "./scenarios/disk.ts";
import { examples } from "./scenarios/examples.ts";
import { failover } from "./scenarios/failover.ts";
import { isolation } from "./scenarios/isolation.ts";
import { killDev } from "./scenarios/kill-dev.ts";
import { killDevJob } from "./scenarios/kill-dev-job.ts";
import { lostReplicas } from "./scenarios/lost-replicas.ts";
import { metadata } from "./scenarios/metadata.ts";
import { partitions } from "./scenarios/partitions.ts";
import { pausedCoordinator } from "./scenarios/paused-coordinator.ts";
import { powerLoss } from "./scenarios/power-loss.ts";
import { reassign } from "./scenarios/reassign.ts";
import { redisLoss } from "./scenarios/redis-loss.ts";
import { rescale } from "./scenarios/rescale.ts";
import { rollingDay } from "./scenarios/rolling-day.ts";
import { rollingRestart } from "./scenarios/rolling-restart.ts";
import { seven } from "./scenarios/seven.ts";
import { sinks } from "./scenarios/sinks.ts";
import { smoke } from "./scenarios/smoke.ts";
import { foreignSource } from "./scenarios/foreign-source.ts";
import { sources } from "./scenarios/sources.ts";
import { slowSink } from "./scenarios/slow-sink.ts";
import { state } from "./scenarios/state.ts";
import { tls } from "./scenarios/tls.ts";
import { traces } from "./scenarios/traces.ts";
import { transform } from "./scenarios/transform.ts";
import { twoDoors } from "./scenarios/two-doors.ts";
import { upgrade } from "./scenarios/upgrade.ts";

/** Every scenario, in the order they run. */
export const scenarios: readonly Scenario[] = [
  smoke,
  examples,
  seven,
  chaos,
  chaos3,
  failover,
  allBrokers,
  lostReplicas,
  disk,
  backup,
  redisLoss,
  rollingRestart,
  reassign,
  killDev,
  killDevJob,
  sinks,
  sources,
  foreignSource,
  answers,
  rescale,
  isolation,
  slowSink,
  upgrade,
  state,
  checkpointBucket,
  checkpointFiles,
  powerLoss,
  pausedCoordinator,
  badInput,
  clients,
  transform,
  twoDoors,
  traces,
  dashboards,
  tls,
  partitions,
  metadata,
  abuse,
  exactlyOnceCopy,
  rollingDay,
];
