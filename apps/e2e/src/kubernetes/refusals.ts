/** A mistake in values, and words that the refusal must contain. */
export interface Refusal {
  readonly what: string;
  readonly set: readonly string[];
  readonly says: readonly string[];
}

/** Mistakes that people make. Each must be refused before anything is installed, in words that say where it is and what would be right. */
export const refusals: readonly Refusal[] = [
  { what: "a typing error", set: ["broker.replica=3"], says: ["broker", "replica"] },
  { what: "no brokers", set: ["broker.replicas=0"], says: ["broker.replicas", "greater than or equal to 1"] },
  { what: "a word for a number", set: ["broker.replicas=three"], says: ["broker.replicas", "integer"] },
  { what: "a policy that is none", set: ["broker.storage.whenDeleted=Keep"], says: ["broker.storage.whenDeleted", "Retain", "Delete"] },
  { what: "a tag that moves", set: ["image.tag=latest"], says: ["image.tag", "latest is no version"] },
  { what: "a size without sense", set: ["broker.storage.size=10 gigabytes"], says: ["broker.storage.size", "10Gi"] },
  {
    what: "more replicas of a topic than brokers",
    set: ["coordinator.settings.replicationFactorDefault=3"],
    says: ["replicationFactorDefault is 3", "only 1 brokers", "Raise broker.replicas"],
  },
  { what: "a Redis that is nowhere", set: ["redis.external.enabled=true"], says: ["redis.external.url", "redis.external.existingSecret"] },
  {
    what: "a Redis that would not be used",
    set: ["redis.external.url=redis://cache:6379"],
    says: ["redis.external.enabled is false", "would not be used"],
  },
  {
    what: "a url of another kind",
    set: ["redis.external.enabled=true", "redis.external.url=http://cache"],
    says: ["redis.external.url", "write redis://host:6379"],
  },
  {
    what: "balancers without names",
    set: ["broker.external.enabled=true", "broker.external.type=LoadBalancer"],
    says: ["broker.external.hostTemplate", "broker-{id}.example.com"],
  },
  {
    what: "a port that is no node port",
    set: ["broker.external.nodePorts.kafkaFirst=9092"],
    says: ["broker.external.nodePorts.kafkaFirst", "30000"],
  },
  {
    what: "an autoscaler upside down",
    set: ["executor.autoscaling.enabled=true", "executor.autoscaling.minReplicas=5"],
    says: ["executor.autoscaling.maxReplicas (4) is less than minReplicas (5)"],
  },
  {
    what: "lag that scales nothing",
    set: ["executor.autoscaling.lag.enabled=true"],
    says: ["executor.autoscaling.enabled is false", "metricsAdapter.enabled"],
  },
  {
    what: "lag without a goal",
    set: ["executor.autoscaling.enabled=true", "executor.autoscaling.lag.enabled=true", "executor.autoscaling.lag.recordsPerExecutor=0"],
    says: ["recordsPerExecutor and secondsMax are both 0", "recordsPerExecutor=100000"],
  },
  {
    what: "an autoscaler without a metric",
    set: ["executor.autoscaling.enabled=true", "executor.autoscaling.targetCpuPercent=0"],
    says: ["executor.autoscaling", "no other metric"],
  },
  {
    what: "alerts without an operator",
    set: ["monitoring.alerts.enabled=true"],
    says: ["monitoring.coreos.com/v1", "Prometheus operator"],
  },
  {
    what: "certificates that come from nowhere",
    set: ["tls.enabled=true", "tls.from=vault"],
    says: ["tls.from", "own", "secret", "cert-manager"],
  },
  {
    what: "TLS without a Secret",
    set: ["tls.enabled=true", "tls.from=secret"],
    says: ["tls.secrets.services", "ca.crt, tls.crt and tls.key", "millrace-coordinator."],
  },
  {
    what: "clients that must show a certificate and have none",
    set: ["tls.enabled=true", "tls.from=secret", "tls.secrets.services=s"],
    says: ["tls.secrets.clients", "tls.clientAuth=required"],
  },
  {
    what: "a Secret that would not be used",
    set: ["tls.secrets.services=s"],
    says: ["tls.secrets", "tls.enabled=true", "tls.from=secret"],
  },
  {
    what: "cert-manager where there is none",
    set: ["tls.enabled=true", "tls.from=cert-manager", "tls.certManager.issuer.name=i"],
    says: ["cert-manager.io/v1", "Install cert-manager first"],
  },
  { what: "a duration in days", set: ["tls.enabled=true", "tls.certManager.duration=90d"], says: ["tls.certManager.duration", "h|m|s"] },
  { what: "a job without a name", set: ["jobs.Word_Count=export"], says: ["jobs", "Word_Count"] },
];
