import { toBinary } from "@bufbuild/protobuf";
import { ClusterView, CoordinatorSession, MetadataFile, openBrokerFolder, type SessionOwner } from "@millrace/broker-node";
import { crc32c } from "@millrace/codecs";
import { type MetadataUpdate, MetadataUpdateSchema } from "@millrace/contracts";
import { NO_METRICS, NO_TRACER, SILENT_LOGGER } from "@millrace/ports";
import { Disk } from "../world/disk.ts";
import type { Machine } from "../world/machine.ts";
import type { SimProcess } from "../world/sim-process.ts";
import { simulatedListener, simulatedTransport } from "../world/transport.ts";
import type { ScaleCluster } from "./scale-cluster.ts";

const DISK = { syncMsMean: 0.5, readMsMean: 0.1 };

/**
 * The part of a broker that follows the cluster's metadata: the broker's own session, heartbeats and folder. A `witness` also keeps the metadata in the broker's own view
 * and saves it; the others count what they hear and forget it, since a hundred views of 100,000 partitions do not fit into one process. No logs, replication or clients.
 */
export class MetadataBroker {
  readonly brokerId: number;
  readonly machine: Machine;
  readonly isWitness: boolean;
  process: SimProcess;
  view = new ClusterView();
  brokerEpoch = 0;
  version = 0;
  /** When which version was applied, since the last `forget`. */
  heard: { readonly version: number; readonly atMs: number; readonly partitions: number }[] = [];
  /** Bytes of updates since the last `forget`, and of the last snapshot; on the broker that counts them. */
  updateBytes = 0;
  snapshotBytes = 0;
  readonly #cluster: ScaleCluster;
  readonly #disk: Disk;

  constructor(cluster: ScaleCluster, of: { brokerId: number; machine: Machine; isWitness: boolean }) {
    this.#cluster = cluster;
    this.brokerId = of.brokerId;
    this.machine = of.machine;
    this.isWitness = of.isWitness;
    this.process = cluster.process(of.machine);
    this.#disk = new Disk(of.brokerId, DISK, cluster.scheduler);
  }

  async start(): Promise<void> {
    const { scheduler, network } = this.#cluster;
    if (this.process.isDead) this.process = this.#cluster.process(this.machine);
    const { process, brokerId } = this;
    const ports = {
      ...{ storage: this.#disk.mount(process), clock: process.clock, random: process.random, defer: process.defer },
      ...{ logger: SILENT_LOGGER, metrics: NO_METRICS, tracer: NO_TRACER, crc32c, compression: NO_COMPRESSION },
      ...{ listener: simulatedListener(process, network), transport: simulatedTransport(process, network) },
    };
    const folder = await openBrokerFolder(ports.storage, { brokerId, random: process.random });
    const file = new MetadataFile(ports);
    const incarnationId = process.random.hex(8);
    this.view = new ClusterView();
    this.version = 0;
    const owner: SessionOwner = {
      registration: () => ({
        ...{ brokerId, incarnationId, folderId: folder.folderId, address: `${this.machine.name}:9190`, rack: `rack-${brokerId % 3}` },
        ...{ coordinatorEpochSeen: BigInt(folder.seen.coordinatorEpoch), generationSeen: folder.seen.generation },
        ...{
          clusterId: folder.clusterId,
          metadataVersionSeen: BigInt(this.version),
          logs: this.#cluster.meter.apart(() => [...this.#cluster.logsOf(brokerId)]),
        },
      }),
      clusterReport: () => ({}),
      logReports: () => [],
      apply: (update) => {
        this.#count(update);
        if (this.isWitness) {
          this.view.apply(update, 0);
          this.view.changedBy(update);
          this.view.announce();
          file.saveSoon(() => this.view.image());
        }
        this.version = Number(update.metadataVersion);
        const partitions = update.topics.reduce((sum, topic) => sum + topic.partitions.length, 0);
        this.heard.push({ version: this.version, atMs: scheduler.nowMs, partitions });
        return Promise.resolve();
      },
      registered: ({ brokerEpoch }) => (this.brokerEpoch = brokerEpoch),
      metadataVersion: () => this.version,
      isStalled: () => false,
      isDiskFull: () => false,
      isCaughtUp: () => this.version > 0,
      hasToHandOver: () => false,
    };
    new CoordinatorSession({ addresses: this.#cluster.coordinatorAddresses, owner, folder }, ports).start();
  }

  /** SIGKILL: the machine says at once that the process is gone. */
  kill(): void {
    this.process.kill();
    this.#disk.model.crash();
  }

  /** Nobody says anything. */
  cutPower(): void {
    this.machine.isUp = false;
    this.process.kill();
    this.#disk.model.powerLoss();
  }

  forget(): void {
    this.heard = [];
    this.updateBytes = 0;
  }

  #count(update: MetadataUpdate): void {
    if (!this.#cluster.countsBytes(this)) return;
    const { length } = this.#cluster.meter.apart(() => toBinary(MetadataUpdateSchema, update));
    this.updateBytes += length;
    if (update.snapshot) this.snapshotBytes = length;
  }
}

const NO_COMPRESSION = {
  compress: (): never => {
    throw new Error("no records in this measurement");
  },
  decompress: (): never => {
    throw new Error("no records in this measurement");
  },
};
