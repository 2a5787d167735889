import { spawnSync } from "node:child_process";
import type { Place } from "../system/place.ts";

const ATTEMPTS_MAX = 20;

/** A machine of its own as far as the network goes: a network namespace with an address. */
export interface Host extends Place {
  readonly name: string;
}

/**
 * Hosts on one Linux machine: a network namespace each, joined by a bridge that this process reaches, too. Links between hosts can be cut in one direction, lose packets
 * and be slow. Needs root and iproute2, iptables, nsenter; removed with this process.
 */
export class HostNetwork {
  readonly #tag: string;
  readonly #subnet: string;
  readonly #hosts = new Map<string, Host & { readonly namespace: string }>();
  readonly #onExit = (): void => this.remove();

  private constructor(tag: string, subnet: string) {
    this.#tag = tag;
    this.#subnet = subnet;
    process.once("exit", this.#onExit);
  }

  /** Why there can be none here, if so. */
  static open(): HostNetwork | string {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return "network namespaces need Linux and root";
    if (!isDone("iptables", ["--version"]))
      return "links are cut by iptables, which is not here: install it (Debian: apt-get install iptables)";
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const tag = `mr${process.pid.toString(36)}${attempt}`;
      const subnet = `10.${64 + Math.floor(Math.random() * 128)}.${Math.floor(Math.random() * 256)}`;
      if (!isDone("ip", ["link", "add", tag, "type", "bridge"])) continue;
      const network = new HostNetwork(tag, subnet);
      if (isDone("ip", ["addr", "add", `${subnet}.1/24`, "dev", tag]) && isDone("ip", ["link", "set", tag, "up"])) return network;
      network.remove();
    }
    return "no bridge could be made: are iproute2 and the kernel's bridge module here?";
  }

  /** The host of this name; made when it is first asked for. */
  host(name: string, options: { readonly dataFolder?: string } = {}): Host {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const number = this.#hosts.size + 10;
    const [namespace, link, ip] = [`${this.#tag}-${name}`, `${this.#tag}v${number}`, `${this.#subnet}.${number}`];
    run("ip", ["netns", "add", namespace]);
    run("ip", ["link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", namespace]);
    run("ip", ["link", "set", link, "master", this.#tag, "up"]);
    run("ip", ["-n", namespace, "link", "set", "lo", "up"]);
    run("ip", ["-n", namespace, "addr", "add", `${ip}/24`, "dev", "eth0"]);
    run("ip", ["-n", namespace, "link", "set", "eth0", "up"]);
    const command = (program: string, args: readonly string[]) => ({
      program: "nsenter",
      args: [`--net=/run/netns/${namespace}`, program, ...args],
    });
    const host = { name, ip, namespace, command, ...options };
    this.#hosts.set(name, host);
    return host;
  }

  get hosts(): readonly Host[] {
    return [...this.#hosts.values()];
  }

  /** Nothing of one host reaches the other any more; the other direction goes on. */
  cut({ from, to }: { readonly from: Host; readonly to: Host }): void {
    this.#inside(to, "iptables", ["-A", "INPUT", "-s", from.ip, "-j", "DROP"]);
  }

  /** A host loses this share of what comes from other hosts. */
  lose(host: Host, share: number): void {
    const chance = ["-m", "statistic", "--mode", "random", "--probability", share.toFixed(3)];
    this.#inside(host, "iptables", ["-A", "INPUT", "-s", `${this.#subnet}.0/24`, ...chance, "-j", "DROP"]);
  }

  /** A host sends no more than so many kilobits a second. */
  slow(host: Host, kilobits: number): void {
    const filter = ["tbf", "rate", `${kilobits}kbit`, "burst", "16kb", "latency", "2s"];
    this.#inside(host, "tc", ["qdisc", "replace", "dev", "eth0", "root", ...filter]);
  }

  /** The host's links are whole again. */
  mend(host: Host): void {
    this.#inside(host, "iptables", ["-F", "INPUT"]);
    isDone("nsenter", [...this.#in(host), "tc", "qdisc", "del", "dev", "eth0", "root"]); // fails where there is none
  }

  remove(): void {
    process.off("exit", this.#onExit);
    for (const { namespace } of this.#hosts.values()) isDone("ip", ["netns", "del", namespace]);
    this.#hosts.clear();
    isDone("ip", ["link", "del", this.#tag]);
  }

  #inside(host: Host, program: string, args: readonly string[]): void {
    run("nsenter", [...this.#in(host), program, ...args]);
  }

  #in(host: Host): readonly string[] {
    return [`--net=/run/netns/${this.#hosts.get(host.name)?.namespace ?? ""}`];
  }
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${error?.message ?? stderr}`);
}

function isDone(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
