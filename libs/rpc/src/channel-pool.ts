import { Channel, type ChannelCredentials, type ChannelOptions, connectivityState } from "@grpc/grpc-js";
import { AppError } from "@millrace/model";

interface Entry {
  readonly channel: Channel;
  /** Runs since a call met the channel without a connection. */
  timer: NodeJS.Timeout | undefined;
  /** Connections to this address that were given up in a row. */
  givenUp: number;
}

export interface ChannelPoolSettings {
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
  readonly connectTimeoutMs: number;
  readonly connectTimeoutMsMax: number;
}

/**
 * One channel per address. grpc-js waits for a connection for as long as the system does, two minutes, and so do the calls: for a host that answers nothing, a process that hangs, and
 * in Kubernetes for a pod that has gone, to whose address everything sent on that connection still goes when its successor has been there for long. So a channel that is without
 * a connection for the time-out is given up, with the calls that wait for it, and the next call begins with a new one. Where that happens again and again the time-out doubles up to its
 * bound: on a machine that has no time for anything a connection comes about late.
 */
export class ChannelPool {
  readonly #settings: ChannelPoolSettings;
  readonly #entries = new Map<string, Entry>();
  #isClosed = false;

  constructor(settings: ChannelPoolSettings) {
    this.#settings = settings;
  }

  /** The channel for a call that is made now. */
  channel(address: string): Channel {
    if (this.#isClosed)
      throw new AppError({ kind: "unavailable", code: "cancelled", message: "transport is closed", context: { address } });
    const entry = this.#entries.get(address) ?? this.#open(address, 0);
    this.#watch(address, entry);
    return entry.channel;
  }

  close(): void {
    this.#isClosed = true;
    for (const { channel, timer } of this.#entries.values()) {
      clearTimeout(timer);
      channel.close();
    }
    this.#entries.clear();
  }

  #open(address: string, givenUp: number): Entry {
    const { credentials, options } = this.#settings;
    const entry = { channel: new Channel(address, credentials, options), timer: undefined, givenUp };
    this.#entries.set(address, entry);
    return entry;
  }

  #watch(address: string, entry: Entry): void {
    if (entry.timer !== undefined) return;
    if (isConnected(entry.channel)) {
      entry.givenUp = 0;
      return;
    }
    const { connectTimeoutMs, connectTimeoutMsMax } = this.#settings;
    entry.timer = setTimeout(
      () => {
        entry.timer = undefined;
        if (isConnected(entry.channel)) return;
        this.#open(address, entry.givenUp + 1);
        entry.channel.close();
      },
      Math.min(connectTimeoutMsMax, connectTimeoutMs * 2 ** entry.givenUp),
    );
    entry.timer.unref();
  }
}

function isConnected(channel: Channel): boolean {
  return channel.getConnectivityState(false) === connectivityState.READY;
}
