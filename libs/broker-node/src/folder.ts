import { AppError } from "@millrace/model";
import type { Random, Storage } from "@millrace/ports";
import { brokerErrors } from "./errors.ts";

const FOLDER_FILE = "broker.json";
const FORMAT_VERSION = 1;

/** The coordinator a broker last obeyed (S5). */
export interface CoordinatorSeen {
  readonly generation: string;
  readonly coordinatorEpoch: number;
  readonly coordinatorId: string;
}

interface FolderContent {
  readonly formatVersion: number;
  readonly brokerId: number;
  /** Random, from the first start on this folder: a new one means an empty disk (R10). */
  readonly folderId: string;
  /** Empty before the first registration. */
  readonly clusterId: string;
  readonly seen: CoordinatorSeen;
}

/** Who the data folder belongs to, and the greatest coordinator epoch it has obeyed; written before anything of that epoch is acted upon. */
export class BrokerFolder {
  readonly #storage: Storage;
  #content: FolderContent;

  constructor(storage: Storage, content: FolderContent) {
    this.#storage = storage;
    this.#content = content;
  }

  get folderId(): string {
    return this.#content.folderId;
  }

  /** Empty before the first registration. */
  get clusterId(): string {
    return this.#content.clusterId;
  }

  get seen(): CoordinatorSeen {
    return this.#content.seen;
  }

  /** Accepts a coordinator, durably, or refuses it: of another cluster, of the past, or a second one with the same epoch. */
  async accept(coordinator: CoordinatorSeen & { readonly clusterId: string }): Promise<void> {
    const { clusterId, ...next } = coordinator;
    const { seen, clusterId: ownCluster } = this.#content;
    if (ownCluster !== "" && ownCluster !== clusterId) throw brokerErrors.foreignCluster({ clusterId, folderClusterId: ownCluster });
    const isOlder = next.coordinatorEpoch < seen.coordinatorEpoch;
    const isDouble =
      next.coordinatorEpoch === seen.coordinatorEpoch && seen.coordinatorId !== "" && next.coordinatorId !== seen.coordinatorId;
    if (isOlder || isDouble) {
      throw brokerErrors.staleCoordinator({
        coordinatorId: next.coordinatorId,
        coordinatorEpoch: next.coordinatorEpoch,
        seenEpoch: seen.coordinatorEpoch,
        seenId: seen.coordinatorId,
      });
    }
    if (ownCluster === clusterId && next.generation === seen.generation && next.coordinatorEpoch === seen.coordinatorEpoch) return;
    await this.#write({ ...this.#content, clusterId, seen: next });
  }

  async #write(content: FolderContent): Promise<void> {
    await this.#storage.writeFileAtomically(FOLDER_FILE, encode(content));
    this.#content = content;
  }
}

/** Opens the folder, or formats an empty one. */
export async function openBrokerFolder(storage: Storage, options: { brokerId: number; random: Random }): Promise<BrokerFolder> {
  const bytes = storage.readFile(FOLDER_FILE);
  if (bytes !== undefined) return new BrokerFolder(storage, checkContent(decode(bytes), options.brokerId));
  const content: FolderContent = {
    formatVersion: FORMAT_VERSION,
    brokerId: options.brokerId,
    folderId: options.random.hex(16),
    clusterId: "",
    seen: { generation: "", coordinatorEpoch: 0, coordinatorId: "" },
  };
  await storage.writeFileAtomically(FOLDER_FILE, encode(content));
  return new BrokerFolder(storage, content);
}

function checkContent(content: FolderContent, brokerId: number): FolderContent {
  if (content.formatVersion > FORMAT_VERSION) throw brokerErrors.newerFormat({ file: FOLDER_FILE, version: content.formatVersion });
  if (content.brokerId !== brokerId) throw brokerErrors.foreignBroker({ brokerId, folderBrokerId: content.brokerId });
  return content;
}

function encode(content: FolderContent): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(content, undefined, 2)}\n`);
}

function decode(bytes: Uint8Array): FolderContent {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as FolderContent;
  } catch (cause) {
    throw new AppError({
      kind: "corrupt",
      code: "data-folder-corrupt",
      message: "broker.json in the data folder is damaged: restore it",
      cause,
    });
  }
}
