import { toAppError } from "@millrace/model";
import type { Timer } from "@millrace/ports";
import { brokerErrors } from "../errors.ts";
import { DISK_FULL_HELD_MS, DISK_FULL_TOLD_MS, DISK_LOOK_MS, DISK_RESERVE_SHARE_MAX } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";

/**
 * Whether the disk has room for records (reliability R15). Less than the reserve is kept for what the cluster needs to go on: epochs, checkpoints, offsets, ends of transactions.
 * Below it records are refused as `disk-full`, and the coordinator hears of it, so that others lead; with twice the reserve they are taken again.
 */
export class DiskRoom {
  readonly #reserveBytes: number;
  readonly #ports: Pick<BrokerPorts, "storage" | "clock" | "logger">;
  readonly #changed: () => void;
  #timer: Timer | undefined;
  #isFull = false;
  #refusedAtMs = -Infinity;
  #toldAtMs = -Infinity;
  #freeBytes: number | undefined;

  /** `changed` is called when `isFull` is another one than before. */
  constructor(of: { reserveBytes: number; changed: () => void }, ports: Pick<BrokerPorts, "storage" | "clock" | "logger">) {
    this.#reserveBytes = of.reserveBytes;
    this.#changed = of.changed;
    this.#ports = ports;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** When it was looked at last; undefined: nothing bounds the disk, or it could not be asked. */
  get freeBytes(): number | undefined {
    return this.#freeBytes;
  }

  start(): void {
    this.#look();
    this.#timer = this.#ports.clock.setTimer(DISK_LOOK_MS, () => this.start());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Throws `disk-full`. */
  require(): void {
    if (this.#isFull) throw brokerErrors.diskFull({ freeBytes: this.#freeBytes, reserveBytes: this.#reserveBytes });
  }

  /** The disk refused a write, whatever it says of its room: a quota, or no more inodes. */
  refused(error: unknown): void {
    const nowMs = this.#ports.clock.monotonicMs();
    this.#refusedAtMs = nowMs;
    if (nowMs - this.#toldAtMs >= DISK_FULL_TOLD_MS) {
      this.#toldAtMs = nowMs;
      this.#ports.logger.error("disk is full, records are refused", { error: toAppError(error) });
    }
    this.#be(true);
  }

  #look(): void {
    try {
      const space = this.#ports.storage.space();
      this.#freeBytes = space?.freeBytes;
      if (space === undefined) return this.#be(this.#isRefusing);
      const reserve = Math.min(this.#reserveBytes, space.totalBytes * DISK_RESERVE_SHARE_MAX);
      this.#be(this.#isRefusing || space.freeBytes < (this.#isFull ? 2 * reserve : reserve));
    } catch (error) {
      this.#ports.logger.warn("free space of the disk cannot be told", { error });
    }
  }

  get #isRefusing(): boolean {
    return this.#ports.clock.monotonicMs() - this.#refusedAtMs < DISK_FULL_HELD_MS;
  }

  #be(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    const room = { freeBytes: this.#freeBytes, reserveBytes: this.#reserveBytes };
    if (isFull) this.#ports.logger.error("no room for records on the disk: other brokers lead until there is", room);
    else this.#ports.logger.info("the disk has room for records again", room);
    this.#changed();
  }
}
